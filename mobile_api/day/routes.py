"""The day of the technician who asks."""

from typing import Any
from uuid import UUID

from fastapi import Response

from backend.intake import advice
from backend.intake.errors import NoCase
from backend.intake.schemas import AdviceOut
from backend.work.errors import NoSuchVisit
from iot_gateway.evidence_plot import Theme
from iot_gateway.schemas.pictures import PICTURE, AcceptLanguage, Lang, Look, picture
from iot_gateway.service import pictures
from kernel import clock
from kernel.auth import Role
from kernel.http import Db, Me, problems
from kernel.http import router as make_router
from kernel.languages import preferred
from mobile_api.day import service
from mobile_api.day.errors import NoTechnician
from mobile_api.day.schemas import Day

router = make_router("day")

ACCESS = {
    "day": frozenset({Role.TECHNICIAN}),
    "visit_picture": frozenset({Role.TECHNICIAN}),
    "visit_advice": frozenset({Role.TECHNICIAN}),
}


@router.get("/day", response_model=Day, responses=problems(NoTechnician))
def day(db: Db, me: Me) -> dict[str, Any]:
    """Return everything needed without a network: open visits, those just over, and the van's stock."""
    return service.bundle(db, me, at=clock.now())


@router.get(
    "/visits/{visit_id}/evidence.svg",
    response_class=Response,
    responses={**PICTURE, **problems(NoTechnician, NoSuchVisit, NoCase)},
)
def visit_picture(
    visit_id: UUID,
    db: Db,
    me: Me,
    *,
    lang: Lang = None,
    theme: Look = Theme.LIGHT,
    accept_language: AcceptLanguage = None,
) -> Response:
    """Return what telemetry saw before the visit: the case's leading metric against its expected band, as SVG."""
    language = lang or preferred(accept_language)
    case_id = service.case_of_visit(db, me, visit_id, at=clock.now())
    return picture(pictures.case_picture(db, case_id, language=language, theme=theme), language)


@router.get("/visits/{visit_id}/advice", responses=problems(NoTechnician, NoSuchVisit, NoCase))
def visit_advice(visit_id: UUID, db: Db, me: Me) -> AdviceOut:
    """Return similar past cases with what fixed them, and the skill and parts to bring."""
    case_id = service.case_of_visit(db, me, visit_id, at=clock.now())
    return AdviceOut.model_validate(advice.advice(db, case_id))
