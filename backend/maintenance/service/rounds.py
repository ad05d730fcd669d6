"""Inspection routes: written, and walked as one order whose checklist asks about every stop."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.assets import tree
from backend.checklists import service as checklists
from backend.checklists.answers import Item
from backend.checklists.models import ChecklistTemplate
from backend.customers import service as customers
from backend.maintenance import repository
from backend.maintenance.errors import RouteInUse, RouteNameTaken, StalePlan, UnfitRoute
from backend.maintenance.models import InspectionRoute, InspectionStop
from backend.maintenance.recurrence import instant, local_day
from backend.maintenance.service.reckoning import zone_of
from backend.work.actors import Actor
from backend.work.models import OrderSource, WorkOrder
from backend.work.service import orders
from kernel import audit

WORK_TYPE = "inspection"
PRIORITY = 3


@dataclass(frozen=True, kw_only=True)
class StopDraft:
    """What a person writes of a stop."""

    asset_id: UUID | None
    location_id: UUID | None
    checklist_code: str


@dataclass(frozen=True, kw_only=True)
class RouteDraft:
    """What a person writes of a route; `models.InspectionRoute` says what each member means."""

    name: str
    site_id: UUID
    skill: str
    skill_level: int
    duration_minutes: int
    stops: tuple[StopDraft, ...]


def create_route(session: Session, draft: RouteDraft, *, by: UUID | None) -> InspectionRoute:
    """Write a route.

    Raises:
        RouteNameTaken: another route has this name.
        SiteUnknown: there is no such site.
        UnfitRoute: a stop is on another site, is nothing or two things, or its checklist is not in use.
        AssetUnknown, NodeUnknown: a stop leads nowhere.
    """
    _check(session, draft, but=None)
    row = InspectionRoute(**_values(draft), version=1)
    session.add(row)
    session.flush()
    _write_stops(session, row.id, draft.stops)
    _note(session, row, "create", by)
    return row


def replace_route(
    session: Session, route_id: UUID, draft: RouteDraft, *, expected_version: int, by: UUID | None
) -> InspectionRoute:
    """Replace what a route says; rounds that are open keep their stops.

    Raises:
        RouteUnknown, StalePlan: there is none, or it changed since it was read.
        As `create_route`.
    """
    row = repository.route(session, route_id, lock=True)
    if row.version != expected_version:
        raise StalePlan("It was changed since you read it.", expected=expected_version, version=row.version)
    _check(session, draft, but=row.id)
    for name, value in _values(draft).items():
        setattr(row, name, value)
    row.version += 1
    for stop in repository.stops(session, [row.id])[row.id]:
        session.delete(stop)
    session.flush()
    _write_stops(session, row.id, draft.stops)
    _note(session, row, "replace", by)
    return row


def delete_route(session: Session, route_id: UUID, *, by: UUID | None) -> None:
    """Remove a route that no plan walks; the orders of its rounds stay.

    Raises:
        RouteUnknown: there is none with this id.
        RouteInUse: a plan walks it.
    """
    row = repository.route(session, route_id, lock=True)
    if used := repository.plans_of_route(session, route_id):
        raise RouteInUse("A plan walks this route.", maintenance_plan_id=used[0])
    _note(session, row, "delete", by)
    session.delete(row)
    session.flush()


def get_route(session: Session, route_id: UUID) -> InspectionRoute:
    """Return a route.

    Raises:
        RouteUnknown: there is none with this id.
    """
    return repository.route(session, route_id)


def list_routes(session: Session, *, after: tuple[str, UUID] | None, limit: int) -> Sequence[InspectionRoute]:
    """Return routes by name, behind a key."""
    return repository.routes(session, after=after, limit=limit)


def start_round(session: Session, route_id: UUID, *, client_op_id: UUID, actor: Actor, at: datetime) -> WorkOrder:
    """Open the order of a round that is to be walked today; the same operation again returns the order it has.

    Raises:
        RouteUnknown: there is none with this id.
        UnfitRoute: a checklist of a stop is not in use any more.
    """
    route = repository.route(session, route_id)
    checklist, zone = checklist_of(session, route, at=at), zone_of(session)
    ends = instant(local_day(at, zone) + timedelta(days=1), time.min, zone)
    return orders.open_work_order(
        session,
        site_id=route.site_id,
        summary=route.name,
        work_type=WORK_TYPE,
        priority=PRIORITY,
        skill=route.skill,
        skill_level=route.skill_level,
        duration_minutes=route.duration_minutes,
        source=OrderSource.AGENT,
        source_key=f"round:{client_op_id}",
        schedule=orders.Schedule(due_at=ends, checklist_id=checklist.id, signature_required=False),
        actor=actor,
        at=at,
    )


def checklist_of(session: Session, route: InspectionRoute, *, at: datetime) -> ChecklistTemplate:
    """Return the checklist of a round: what the checklists in use ask at each stop, in its order.

    Raises:
        UnfitRoute: a checklist of a stop is not in use any more.
    """
    stops = repository.stops(session, [route.id])[route.id]
    names = names_of(session, stops)
    asked: list[Item] = []
    for stop in stops:
        template = checklists.in_use(session, stop.checklist_code)
        if template is None:
            raise UnfitRoute("The checklist is not in use.", stop=stop.seq, checklist_code=stop.checklist_code)
        asked += [_at_stop(item, stop, names[stop.id]) for item in checklists.items_of(template)]
    return checklists.snapshot(session, f"route/{route.id.hex}", name=route.name, items=asked, at=at)


def _at_stop(item: Item, stop: InspectionStop, name: str) -> Item:
    place = f"{stop.seq:02d}."
    return replace(
        item,
        key=place + item.key,
        shown_if=item.shown_if and replace(item.shown_if, item=place + item.shown_if.item),
        text_zh=f"{stop.seq}. {name}: {item.text_zh}",
        text_en=f"{stop.seq}. {name}: {item.text_en}",
        asset_id=stop.asset_id,
    )


def names_of(session: Session, stops: Sequence[InspectionStop]) -> dict[UUID, str]:
    """Return the names of what stands at stops."""
    known = assets.assets_by_id(session, {stop.asset_id for stop in stops if stop.asset_id})
    return {
        stop.id: known[stop.asset_id].name
        if stop.asset_id
        else tree.get_location_node(session, _given(stop.location_id)).name
        for stop in stops
    }


def _given(key: UUID | None) -> UUID:
    if key is None:
        raise LookupError("a stop is an asset or a place")
    return key


def _values(draft: RouteDraft) -> dict[str, Any]:
    return {name: value for name, value in vars(draft).items() if name != "stops"}


def _check(session: Session, draft: RouteDraft, *, but: UUID | None) -> None:
    taken = repository.route_by_name(session, draft.name)
    if taken is not None and taken.id != but:
        raise RouteNameTaken("Choose another name.", route_id=taken.id)
    customers.get_site(session, draft.site_id)
    for seq, stop in enumerate(draft.stops, start=1):
        if (stop.asset_id is None) == (stop.location_id is None):
            raise UnfitRoute("A stop is an asset or a place.", stop=seq)
        place = (
            assets.get_asset(session, stop.asset_id).site_id
            if stop.asset_id
            else tree.get_location_node(session, _given(stop.location_id)).site_id
        )
        if place != draft.site_id:
            raise UnfitRoute("The stop is on another site.", stop=seq)
        if checklists.in_use(session, stop.checklist_code) is None:
            raise UnfitRoute("The checklist is not in use.", stop=seq, checklist_code=stop.checklist_code)


def _write_stops(session: Session, route_id: UUID, stops: Sequence[StopDraft]) -> None:
    session.add_all(InspectionStop(route_id=route_id, seq=seq, **vars(stop)) for seq, stop in enumerate(stops, start=1))
    session.flush()


def _note(session: Session, row: InspectionRoute, action: str, by: UUID | None) -> None:
    audit.record(
        session,
        action=f"inspection_route.{action}",
        subject="inspection_route",
        subject_id=row.id,
        actor_id=by,
        detail={"name": row.name},
    )
