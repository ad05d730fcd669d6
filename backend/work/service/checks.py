"""A visit's checklist: the answers as the version in use when the visit was made judges them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from backend.checklists import service as checklists
from backend.checklists.answers import FILES, Item, SignaturePolicy
from backend.checklists.models import ChecklistTemplate
from backend.checklists.scoring import Judgement
from backend.files import service as files
from backend.files.models import LinkRole
from backend.files.service import Attached, Subject
from backend.work import repository
from backend.work.models import Visit, VisitAnswer, WorkOrder

VISIT = "visit"


@dataclass(frozen=True)
class Checked:
    """A visit's checklist, what was answered, and what it amounts to."""

    template: ChecklistTemplate
    items: Sequence[Item]
    rows: Mapping[str, VisitAnswer]
    files: Sequence[Attached]
    judgement: Judgement


def checked(session: Session, visit: Visit) -> Checked | None:
    """Return what the answers of a visit amount to; None: it has no checklist.

    An item that asks for a photo or a signature is answered by a file that is attached to the visit, for the item or
    with the hash that was answered; words alone are none.
    """
    if visit.checklist_id is None:
        return None
    template = checklists.get_template(session, visit.checklist_id)
    items = checklists.items_of(template)
    rows = {row.item: row for row in repository.answers(session, visit.id)}
    attached = files.links_of(session, Subject(VISIT, visit.id))
    given: dict[str, Any] = {key: row.value for key, row in rows.items()}
    for item in items:
        if item.type in FILES:
            found = [one for one in attached if one.link.item == item.key or one.file.sha256 == given.get(item.key)]
            given.pop(item.key, None)
            if found:
                given[item.key] = found[-1].file.sha256
    photos = {one.link.item for one in attached if one.link.role is LinkRole.PHOTO}
    return Checked(template, items, rows, attached, checklists.judge(template, given, photos=photos))


def lacks(session: Session, visit: Visit, order: WorkOrder, *, signature_name: str | None) -> list[str]:
    """Return what a visit needs before it is complete: items without an answer, photos, the signature.

    The checklist's rule about signatures holds, and the order's, which it has from its plan; a drawing is as good as
    a name.
    """
    found = checked(session, visit)
    missing = [f"checklist.{key}" for key in found.judgement.missing] if found else []
    policy = found.template.signature if found else SignaturePolicy.NONE
    if policy is SignaturePolicy.NONE and not order.signature_required:
        return missing
    attached = found.files if found else files.links_of(session, Subject(VISIT, visit.id))
    drawn = any(one.link.role is LinkRole.SIGNATURE for one in attached)
    enough = drawn or (bool(signature_name) and policy is not SignaturePolicy.DRAWN)
    return missing if enough else [*missing, "signature"]
