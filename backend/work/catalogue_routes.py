"""The staff API of labels, substatuses and templates, and of orders that belong together."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path

from backend.assets.errors import AssetUnknown
from backend.work import actors
from backend.work.catalogue_models import OrderLabel, OrderSubstatus
from backend.work.catalogue_schemas import (
    KinIn,
    LabelIn,
    LabelOut,
    LabelsOut,
    MarksIn,
    SubstatusesOut,
    SubstatusIn,
    SubstatusOut,
    TemplateIn,
    TemplateOut,
    TemplatesOut,
)
from backend.work.errors import IllegalTransition, NoSuchTemplate, NoSuchWorkOrder, StaleVersion, UnknownMark
from backend.work.lifecycle import OrderState
from backend.work.schemas import WorkOrderOut
from backend.work.service import catalogue, kin, views
from backend.work.service.catalogue import Template
from inventory.errors import UnknownPart
from kernel import clock, http
from kernel.auth import STAFF, Role
from kernel.fields import Code
from kernel.http import Db, Me, problems

router = http.router("catalogue")

READERS = STAFF | {Role.INTEGRATOR}
KEEPERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
DESK = frozenset({Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
ACCESS = {
    "list_labels": READERS,
    "put_label": KEEPERS,
    "list_substatuses": READERS,
    "put_substatus": KEEPERS,
    "list_templates": READERS,
    "put_template": KEEPERS,
    "drop_template": KEEPERS,
    "mark_work_order": DESK,
    "open_from_work_order": DESK,
}
CodePath = Annotated[Code, Path()]


@router.get("/order-labels", response_model=LabelsOut)
def list_labels(db: Db) -> dict[str, Any]:
    """Return the catalogue of labels, at most 200."""
    return {"items": catalogue.labels(db)}


@router.put("/order-labels/{code}", response_model=LabelOut)
def put_label(code: CodePath, body: LabelIn, db: Db) -> OrderLabel:
    """Add a label or change it; a retired one is no longer offered, and stays where it is."""
    return catalogue.put_label(db, code, body.model_dump())


@router.get("/order-substatuses", response_model=SubstatusesOut)
def list_substatuses(db: Db) -> dict[str, Any]:
    """Return the substatuses of all states, at most 200."""
    return {"items": catalogue.substatuses(db)}


@router.put("/order-substatuses/{state}/{code}", response_model=SubstatusOut)
def put_substatus(state: OrderState, code: CodePath, body: SubstatusIn, db: Db) -> OrderSubstatus:
    """Add a substatus of a state or change it."""
    return catalogue.put_substatus(db, state, code, body.model_dump())


@router.get("/work-templates", response_model=TemplatesOut)
def list_templates(db: Db) -> dict[str, Any]:
    """Return the templates of kinds of work, at most 200."""
    return {"items": catalogue.templates(db)}


@router.put(
    "/work-templates/{work_type}",
    response_model=TemplateOut,
    responses=problems(StaleVersion, UnknownMark, UnknownPart),
)
def put_template(work_type: CodePath, body: TemplateIn, db: Db) -> Template:
    """Write the template of a kind of work; it holds for orders that are opened from now on."""
    return catalogue.put_template(db, body.draft(work_type), expected_version=body.version)


@router.delete("/work-templates/{work_type}", status_code=204, responses=problems(NoSuchTemplate))
def drop_template(work_type: CodePath, db: Db) -> None:
    """Take away the template of a kind of work."""
    catalogue.drop_template(db, work_type)


@router.put(
    "/work-orders/{work_order_id}/marks",
    response_model=WorkOrderOut,
    responses=problems(NoSuchWorkOrder, StaleVersion, UnknownMark),
)
def mark_work_order(work_order_id: UUID, body: MarksIn, db: Db, me: Me) -> dict[str, Any]:
    """Set the substatus and the labels of an order."""
    catalogue.mark(db, work_order_id, substatus=body.substatus, labels=body.labels, expected_version=body.version)
    return views.order_view(db, work_order_id, role=actors.staff(me).role)


@router.post(
    "/work-orders/{work_order_id}/orders",
    response_model=WorkOrderOut,
    status_code=201,
    responses=problems(NoSuchWorkOrder, IllegalTransition, AssetUnknown),
)
def open_from_work_order(work_order_id: UUID, body: KinIn, db: Db, me: Me) -> dict[str, Any]:
    """Open an order as a part of this one, or to follow it."""
    actor = actors.staff(me)
    made = kin.open_from(db, work_order_id, body.wish(), actor=actor, at=clock.now())
    return views.order_view(db, made.id, role=actor.role)
