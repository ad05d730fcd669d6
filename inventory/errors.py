"""What the stock ledger refuses."""

from kernel.errors import Conflict, Invalid, NotFound


class InsufficientStock(Conflict):
    """The location holds less free stock of the part than was asked for."""

    slug = "insufficient-stock"


class SerialElsewhere(Conflict):
    """The ledger knows this serial number in another place or condition."""

    slug = "serial-elsewhere"


class OperationReused(Conflict):
    """This client_op_id came before with another content."""

    slug = "operation-reused"


class AlreadyReversed(Conflict):
    """The move is reversed already, or is itself a reversal."""

    slug = "already-reversed"


class NumberTaken(Conflict):
    """Another part or location has this number."""

    slug = "number-taken"


class ReservationEnded(Conflict):
    """The reservation is consumed, released or expired."""

    slug = "reservation-ended"


class InvalidMove(Invalid):
    """The move does not fit the part or the locations."""

    slug = "invalid-move"


class UnknownPart(NotFound):
    """There is no such part."""

    slug = "unknown-part"


class UnknownLocation(NotFound):
    """There is no such stock location."""

    slug = "unknown-location"


class UnknownMove(NotFound):
    """There is no such stock move."""

    slug = "unknown-move"


class UnknownReservation(NotFound):
    """There is no such reservation."""

    slug = "unknown-reservation"
