"""The large seed, in small: legal lives, the same for the same seed, and what a run left undone the next one does."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.seed.large import service as large
from backend.seed.large.company import Size
from backend.tickets import lifecycle as asking
from backend.tickets.models import Ticket, TicketEvent
from backend.work import lifecycle
from backend.work.lifecycle import OrderAction, Step, VisitAction
from backend.work.models import Visit, VisitEvent, WorkOrder, WorkOrderEvent
from kernel.db import transaction
from kernel.numbers import next_number
from tests.conftest import Database, make_tenant

AT = datetime(2026, 11, 1, 4, tzinfo=UTC)
SIZE = Size(orders=120)
PARTS = 3


@pytest.fixture(scope="module")
def seeded(database: Database) -> UUID:
    """Return a tenant that was filled, the first time not to the end."""
    tenant_id = make_tenant()

    def cut(_: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        large.fill(tenant_id, SIZE, seed=7, at=AT, chunk=SIZE.orders // PARTS, told=cut)
    again = large.fill(tenant_id, SIZE, seed=8, at=datetime(2026, 11, 9, tzinfo=UTC), chunk=SIZE.orders // PARTS)
    assert (again.orders, again.written) == (SIZE.orders, SIZE.orders - SIZE.orders // PARTS)
    return tenant_id


def shape(session: Session) -> list[tuple[object, ...]]:
    """Return what two tenants of one seed have in common."""
    rows = session.execute(text("SELECT number, summary, state, created_at, version FROM work_order ORDER BY number"))
    return [tuple(row) for row in rows]


def grouped(rows: Iterable[Any], name: str) -> dict[UUID, list[Any]]:
    """Return events by what they are about, in their order."""
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def test_every_story_folds_to_the_state_it_is_said_to_have(seeded: UUID) -> None:
    with transaction(tenant_id=seeded) as session:
        told = grouped(session.scalars(select(WorkOrderEvent).order_by(WorkOrderEvent.seq)), "work_order_id")
        for order in session.scalars(select(WorkOrder)):
            rows = told[order.id]
            assert lifecycle.fold_order(OrderAction(row.action) for row in rows) is order.state
            assert [row.occurred_at for row in rows] == sorted(row.occurred_at for row in rows)
            assert max(row.occurred_at for row in rows) <= AT
            assert order.version == len(rows)
        told = grouped(session.scalars(select(VisitEvent)), "visit_id")
        for visit in session.scalars(select(Visit)):
            steps = [Step(VisitAction(row.action), row.occurred_at, row.seq) for row in told[visit.id]]
            folded = lifecycle.fold(steps)
            assert (folded.state, folded.ended_at) == (visit.state, visit.ended_at)
            assert all(getattr(visit, name) == at for name, at in folded.stamps.items())
        told = grouped(session.scalars(select(TicketEvent).order_by(TicketEvent.seq)), "ticket_id")
        for ticket in session.scalars(select(Ticket)):
            said = [row.action for row in told[ticket.id]]
            assert said[0] == "opened"
            assert asking.fold(asking.TicketAction(action) for action in said[1:]) is ticket.state


def test_a_run_after_the_last_finds_everything_there(seeded: UUID) -> None:
    again = large.fill(seeded, SIZE, seed=7, at=AT)

    assert (again.orders, again.written) == (SIZE.orders, 0)
    with transaction(tenant_id=seeded) as session:
        assert session.scalar(select(func.count()).select_from(WorkOrder)) == SIZE.orders


def test_the_same_seed_writes_the_same_orders(seeded: UUID) -> None:
    twin = make_tenant()
    large.fill(twin, SIZE, seed=7, at=AT)

    shapes = []
    for tenant_id in (seeded, twin):
        with transaction(tenant_id=tenant_id) as session:
            shapes.append(shape(session))
    assert shapes[0] == shapes[1]
    assert len({row[2] for row in shapes[0]}) >= 3


def test_the_office_goes_on_behind_the_numbers_of_the_seed(seeded: UUID) -> None:
    with transaction(tenant_id=seeded) as session:
        last = session.scalar(select(func.max(WorkOrder.number)))

        number = next_number(session, "WO", at=AT)

    assert last is not None
    assert number == f"WO-2026-{int(last[-5:]) + 1:05d}"
