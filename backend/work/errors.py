"""Refusals of work orders and visits."""

from kernel.errors import Conflict, Forbidden, Invalid, NotFound


class IllegalTransition(Conflict):
    """The state does not allow this action.

    Members: `state`, `action`, `legal` (the actions that it allows).
    """

    slug = "illegal-transition"


class StaleVersion(Conflict):
    """Somebody changed it since it was read.

    Members: `expected`, `version`.
    """

    slug = "stale-version"


class NoSuchWorkOrder(NotFound):
    """There is no such work order."""

    slug = "no-such-work-order"


class NoSuchVisit(NotFound):
    """There is no such visit."""

    slug = "no-such-visit"


class NoSuchConflict(NotFound):
    """There is no such conflict item."""

    slug = "no-such-conflict"


class NoSuchTemplate(NotFound):
    """There is no such template."""

    slug = "no-such-template"


class UnknownMark(Invalid):
    """The catalogue does not offer this label or substatus.

    Members: `labels`, or `substatus` and `offered`.
    """

    slug = "unknown-mark"


class OpenChildren(Conflict):
    """Orders that are a part of this one are not done yet.

    Members: `open` (their numbers).
    """

    slug = "open-children"


class NotYourVisit(Forbidden):
    """The visit belongs to another technician."""

    slug = "not-your-visit"


class NotAllowedTo(Forbidden):
    """Your role does not make this step.

    Members: `action`.
    """

    slug = "step-of-another-role"


class NotFinished(Conflict):
    """Something that completion asks for is missing.

    Members: `missing` (the checklist items and fields).
    """

    slug = "not-finished"


class BadVisit(Invalid):
    """The visit does not fit its order.

    Members differ by case.
    """

    slug = "bad-visit"


class ReasonMissing(Invalid):
    """This step needs a reason.

    Members: `action`, `reasons` (the known ones, when they are coded).
    """

    slug = "reason-missing"


class OrderEnded(Conflict):
    """The order is over.

    Members: `state`.
    """

    slug = "order-ended"


class TooManyLabels(Conflict):
    """The order bears as many labels as it can.

    Members: `limit`.
    """

    slug = "too-many-labels"


class KeyOfAnother(Conflict):
    """This key came before with another change."""

    slug = "batch-key-reused"


class NoSuchBatch(NotFound):
    """You have made no such change."""

    slug = "no-such-batch"


class UndoTooLate(Conflict):
    """It was too long ago to be taken back.

    Members: `until`.
    """

    slug = "undo-too-late"


class NoSuchView(NotFound):
    """There is no such saved view."""

    slug = "no-such-view"


class NotYourView(Forbidden):
    """This view is everybody's, and your role does not change those."""

    slug = "not-your-view"


class TooManyViews(Conflict):
    """There are as many saved views as one can look through.

    Members: `limit`.
    """

    slug = "too-many-views"
