"""Refusals of operations from the field."""

from kernel.errors import Conflict, Forbidden, Invalid, TooLarge


class BatchTooLarge(TooLarge):
    """A batch holds more operations than one request takes.

    Members: `limit`.
    """

    slug = "batch-too-large"


class OtherDevice(Forbidden):
    """The log-in belongs to another device than the batch."""

    slug = "other-device"


class BadOperation(Invalid):
    """The operation cannot be read.

    Members: `errors` (field and text of each).
    """

    slug = "bad-operation"


class UnknownOperation(Invalid):
    """This server knows no operation of this kind.

    Members: `known` (the kinds that it knows).
    """

    slug = "unknown-operation"


class BadPayload(Invalid):
    """The payload does not fit the kind of operation.

    Members: `errors` (field and text of each).
    """

    slug = "bad-payload"


class OperationIdReused(Invalid):
    """This `client_op_id` came before with another operation."""

    slug = "operation-id-reused"


class Dismissed(Conflict):
    """A dispatcher set the operation aside."""

    slug = "dismissed"


class NotThisDevice(Invalid):
    """The device is not the one of the visit's asset."""

    slug = "not-the-visits-device"


class CommandTooLate(Conflict):
    """The command was given too long ago to send it now.

    Members: `lifetime_seconds`.
    """

    slug = "command-too-late"
