"""Use cases of labels, substatuses and templates: what a tenant adds to orders."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.work import repository
from backend.work.catalogue_models import OrderLabel, OrderSubstatus, WorkTemplate, WorkTemplatePart
from backend.work.errors import NoSuchTemplate, UnknownMark
from backend.work.lifecycle import OrderState
from backend.work.models import WorkOrder
from backend.work.service.journal import check_version
from inventory import service as stock
from kernel.db import tenant_of
from kernel.ids import new_id

MOST = 200


def labels(session: Session) -> Sequence[OrderLabel]:
    """Return the catalogue of labels by code."""
    return session.scalars(select(OrderLabel).order_by(OrderLabel.code).limit(MOST)).all()


def substatuses(session: Session) -> Sequence[OrderSubstatus]:
    """Return the substatuses by state and code."""
    query = select(OrderSubstatus).order_by(OrderSubstatus.state, OrderSubstatus.code).limit(MOST)
    return session.scalars(query).all()


def put_label(session: Session, code: str, values: Mapping[str, Any]) -> OrderLabel:
    """Add a label, or change what it is called; once more changes nothing."""
    row = {"id": new_id(), "tenant_id": tenant_of(session), "code": code, **values}
    query = (
        insert(OrderLabel).values(row).on_conflict_do_update(index_elements=["tenant_id", "code"], set_=dict(values))
    )
    return session.scalars(query.returning(OrderLabel), execution_options={"populate_existing": True}).one()


def put_substatus(session: Session, state: OrderState, code: str, values: Mapping[str, Any]) -> OrderSubstatus:
    """Add a substatus of a state, or change what it is called; once more changes nothing."""
    row = {"id": new_id(), "tenant_id": tenant_of(session), "state": state, "code": code, **values}
    key = ["tenant_id", "state", "code"]
    query = insert(OrderSubstatus).values(row).on_conflict_do_update(index_elements=key, set_=dict(values))
    return session.scalars(query.returning(OrderSubstatus), execution_options={"populate_existing": True}).one()


def mark(
    session: Session,
    work_order_id: UUID,
    *,
    substatus: str | None,
    labels: Collection[str],
    expected_version: int | None = None,
) -> WorkOrder:
    """Set the substatus and the labels of an order.

    Raises:
        NoSuchWorkOrder: there is none with this id.
        StaleVersion: it changed since it was read.
        UnknownMark: the catalogue does not offer one of them here.
    """
    order = repository.order(session, work_order_id, lock=True)
    check_version(order.version, expected_version)
    wanted = list(dict.fromkeys(labels))
    check_labels(session, set(wanted) - set(order.labels))
    if substatus is not None and substatus != order.substatus:
        check_substatus(session, order.state, substatus)
    if (order.substatus, order.labels) != (substatus, wanted):
        order.substatus, order.labels = substatus, wanted
        order.version += 1
    session.flush()
    return order


def check_labels(session: Session, codes: Collection[str]) -> None:
    """Refuse labels that the catalogue does not offer.

    Raises:
        UnknownMark: there is one.
    """
    known = set(
        session.scalars(select(OrderLabel.code).where(OrderLabel.code.in_(codes), OrderLabel.retired.is_(False)))
    )
    if unknown := set(codes) - known:
        raise UnknownMark("The catalogue offers no such label.", labels=sorted(unknown))


def check_substatus(session: Session, state: OrderState, code: str) -> None:
    """Refuse a substatus that the catalogue does not offer for a state.

    Raises:
        UnknownMark: it does not.
    """
    query = select(OrderSubstatus.code).where(OrderSubstatus.state == state, OrderSubstatus.retired.is_(False))
    offered = sorted(session.scalars(query))
    if code not in offered:
        raise UnknownMark(f"State '{state}' has no substatus '{code}'.", substatus=code, offered=offered)


@dataclass(frozen=True, kw_only=True)
class Kit:
    """A part of a template, by id."""

    part_id: UUID
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class Template:
    """What an order of a kind of work starts with."""

    work_type: str
    name_zh: str
    name_en: str
    duration_minutes: int
    skill: str | None
    skill_level: int
    priority: int | None
    labels: tuple[str, ...]
    parts: tuple[Kit, ...]
    version: int = 0


def put_template(session: Session, draft: Template, *, expected_version: int | None = None) -> Template:
    """Write the template of a kind of work anew; orders that are open keep what they started with.

    Raises:
        StaleVersion: it changed since it was read.
        UnknownMark: the catalogue offers no such label.
        NoSuchPart: a part of the kit does not exist.
    """
    row = _row(session, draft.work_type, lock=True)
    check_version(row.version if row else 0, expected_version)
    check_labels(session, set(draft.labels) - set(row.labels if row else ()))
    stock.parts_by_id(session, [line.part_id for line in draft.parts])
    if row is None:
        row = WorkTemplate(id=new_id(), work_type=draft.work_type, version=0)
        session.add(row)
    for name in ("name_zh", "name_en", "duration_minutes", "skill", "skill_level", "priority"):
        setattr(row, name, getattr(draft, name))
    row.labels = list(draft.labels)
    row.version += 1
    session.flush()
    session.execute(delete(WorkTemplatePart).where(WorkTemplatePart.template_id == row.id))
    session.add_all(
        WorkTemplatePart(template_id=row.id, part_id=line.part_id, quantity=line.quantity) for line in draft.parts
    )
    session.flush()
    return _whole(row, draft.parts)


def drop_template(session: Session, work_type: str) -> None:
    """Let orders of a kind of work start without a template again.

    Raises:
        NoSuchTemplate: it has none.
    """
    row = _row(session, work_type, lock=True)
    if row is None:
        raise NoSuchTemplate("This kind of work has no template.", work_type=work_type)
    session.delete(row)
    session.flush()


def template_of(session: Session, work_type: str) -> Template | None:
    """Return the template of a kind of work, if it has one."""
    row = _row(session, work_type)
    return _whole(row, _kits(session, [row.id]).get(row.id, ())) if row else None


def templates(session: Session) -> list[Template]:
    """Return the templates by kind of work."""
    rows = session.scalars(select(WorkTemplate).order_by(WorkTemplate.work_type).limit(MOST)).all()
    kits = _kits(session, [row.id for row in rows])
    return [_whole(row, kits.get(row.id, ())) for row in rows]


def _row(session: Session, work_type: str, *, lock: bool = False) -> WorkTemplate | None:
    query = select(WorkTemplate).where(WorkTemplate.work_type == work_type)
    return session.scalar(query.with_for_update() if lock else query)


def _kits(session: Session, template_ids: Collection[UUID]) -> dict[UUID, tuple[Kit, ...]]:
    rows = session.scalars(
        select(WorkTemplatePart)
        .where(WorkTemplatePart.template_id.in_(template_ids))
        .order_by(WorkTemplatePart.template_id, WorkTemplatePart.id)
    )
    found: dict[UUID, tuple[Kit, ...]] = {}
    for row in rows:
        found[row.template_id] = (*found.get(row.template_id, ()), Kit(part_id=row.part_id, quantity=row.quantity))
    return found


def _whole(row: WorkTemplate, parts: Sequence[Kit]) -> Template:
    return Template(
        work_type=row.work_type,
        name_zh=row.name_zh,
        name_en=row.name_en,
        duration_minutes=row.duration_minutes,
        skill=row.skill,
        skill_level=row.skill_level,
        priority=row.priority,
        labels=tuple(row.labels),
        parts=tuple(parts),
        version=row.version,
    )
