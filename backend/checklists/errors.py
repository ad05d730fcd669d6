"""Refusals of the room of checklists."""

from kernel.errors import Conflict, Invalid, NotFound


class TemplateUnknown(NotFound):
    """There is no such checklist."""

    slug = "checklist-unknown"


class AlreadyPublished(Conflict):
    """This version of the checklist was published before and is retired."""

    slug = "checklist-retired"


class NotADraft(Conflict):
    """This version of the checklist was published and does not change any more."""

    slug = "checklist-published"


class NotInUse(Conflict):
    """This version of the checklist is not in use."""

    slug = "checklist-not-in-use"


class UnfitItem(Invalid):
    """An item of the checklist contradicts itself."""

    slug = "checklist-item-unfit"


class UnfitAnswer(Invalid):
    """The answer does not fit the item."""

    slug = "answer-unfit"
