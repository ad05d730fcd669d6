"""Use cases of what a visit shows for itself: photos, signatures and documents."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from backend.files import service as files
from backend.files.models import LinkRole
from backend.files.service import Attached, Subject
from backend.work import repository
from backend.work.actors import Actor
from backend.work.models import Visit
from backend.work.service import acting, reports
from backend.work.service.acting import Outcome, Status
from backend.work.service.checks import VISIT
from backend.work.service.reports import Reported

ORDER = "work_order"


def attach_file(
    session: Session,
    visit_id: UUID,
    *,
    sha256: str,
    role: LinkRole,
    name: str | None = None,
    caption: str = "",
    item: str = "",
    by: Reported,
) -> Outcome:
    """Bind an uploaded file to a visit; the same file in the same role again changes nothing.

    Raises:
        NotYourVisit: the visit never was this technician's.
        FileUnknown: it was not uploaded.
    """
    visit, order = repository.visit_with_order(session, visit_id)
    reports.check_own(session, visit, by.actor)
    file = files.file_of_hash(session, sha256)
    said = by.said({})
    files.link(
        session,
        file.id,
        Subject(VISIT, visit_id),
        role=role,
        name=name,
        caption=caption,
        item=item,
        at=said.occurred_at,
        by=by.actor.actor_id,
        by_name=by.actor.name,
    )
    reports.changed(session, visit, said)
    acting.retry(session, visit, order)
    return Outcome(Status.APPLIED, visit)


def visit_of(session: Session, visit_id: UUID, actor: Actor) -> Visit:
    """Return a visit that is or was the technician's.

    Raises:
        NoSuchVisit: there is none with this id.
        NotYourVisit: it never was theirs.
    """
    visit = repository.visit(session, visit_id)
    reports.check_own(session, visit, actor)
    return visit


def files_of_visit(session: Session, visit_id: UUID) -> Sequence[Attached]:
    """Return what is attached to a visit, the oldest first."""
    return files.links_of(session, Subject(VISIT, visit_id))


def files_of_order(session: Session, work_order_id: UUID) -> Sequence[Attached]:
    """Return what is attached to an order and to its visits, the oldest first."""
    visits = [Subject(VISIT, visit.id) for visit in repository.visits_of(session, work_order_id)]
    return files.links_of(session, Subject(ORDER, work_order_id), *visits)
