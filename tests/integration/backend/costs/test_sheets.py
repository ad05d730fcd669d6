"""What orders cost: counted from what was done, kept when they close, settled once with everybody."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.contracts import allowances, deciding
from backend.contracts import service as contracts
from backend.contracts.coverage import Basis, Kind
from backend.contracts.events import CoverageOverridden
from backend.contracts.ledger import Cycle, Unit
from backend.contracts.service import Granted
from backend.costs import handlers, service, settling
from backend.costs.errors import NothingToSettle
from backend.costs.models import CostSheet, EntryKind, Party, SettledAs, SettlementLine
from backend.costs.settling import Period
from backend.costs.sheet import Source
from backend.outlets import service as outlets
from backend.prices import service as prices
from backend.prices.models import Purpose
from backend.technicians import service as technicians
from backend.work.events import WorkOrderClosed
from backend.work.lifecycle import OrderAction, VisitAction
from backend.work.models import WorkOrder
from backend.work.service import orders, reports
from inventory import service as stock
from kernel import sheets
from kernel.db import transaction
from kernel.ids import new_id
from tests.integration.backend.contracts.scene import NOON, TODAY, a_contract, prices_of
from tests.integration.backend.work.scene import HOUR, MINUTE, Scene, a_scene, a_visit, an_order, desk, phone_of, step

PERIOD = {"starts_on": TODAY, "ends_on": TODAY}


@pytest.fixture
def scene(tenant: UUID) -> Scene:
    """Return the company with prices: 120 an hour to customers, 60 to its own, 90 to the outlet of gao."""
    with transaction(tenant_id=tenant) as session:
        found = a_scene(session)
        prices_of(session, "std", Purpose.STANDARD, per_hour=120, per_visit=80)
        prices_of(session, "own", Purpose.OWN_COST, per_hour=60)
        prices_of(session, "partner", Purpose.SPECIAL, per_hour=90, per_visit=30)
        partner = next(row for row in prices.list_price_lists(session, after=None, limit=9) if row.code == "partner")
        outlet = outlets.create_outlet(session, "N1", outlets.Draft(name="North", price_list_id=partner.id))
        technicians.set_outlet(session, found.gao, outlet_id=outlet.id)
        for van in found.vans.values():
            stock.receive(
                session, location_id=van, part_id=found.bearing, quantity=Decimal(4), at=NOON, client_op_id=new_id(),
                actor_id=None, unit_cost=Decimal("10.10"), currency="CNY",
            )  # fmt: skip
        return found


def close(session: Session, scene: Scene, order: WorkOrder, crew: list[UUID], *, parts: int = 2) -> None:
    """Do the work of an order: half an hour on the way, two hours there with half an hour on hold, and close it."""
    visit = a_visit(session, scene, order, technician_ids=crew)
    lead = phone_of(crew[0])
    for action, minutes in (
        (VisitAction.ACCEPT, 1),
        (VisitAction.TRAVEL, 30),
        (VisitAction.ARRIVE, 60),
        (VisitAction.START, 60),
    ):
        step(session, visit.id, action, lead, minutes)
    step(session, visit.id, VisitAction.HOLD, lead, 90, reason="customer")
    step(session, visit.id, VisitAction.RESUME, lead, 120)
    if parts:
        by = reports.Reported(
            actor=lead, occurred_at=NOON + 130 * MINUTE, received_at=NOON + 3 * HOUR, client_op_id=new_id()
        )
        reports.use_part(session, visit.id, part_id=scene.bearing, quantity=Decimal(parts), by=by)
    step(session, visit.id, VisitAction.COMPLETE, lead, 180, received_at=NOON + 4 * HOUR)
    for action in (OrderAction.VERIFY, OrderAction.CLOSE):
        orders.act_on_order(session, order.id, action, actor=desk(), at=NOON + 5 * HOUR)
    event = WorkOrderClosed(
        work_order_id=order.id, number=order.number, ticket_id=None, case_id=None, asset_id=order.asset_id,
        finding_result=None, failure_mode=None, closed_at=NOON + 5 * HOUR,
    )  # fmt: skip
    for _ in range(2):
        handlers.keep_on_close(session, event)


def test_a_crew_of_two_its_parts_and_an_outside_service_are_counted_each_by_its_own_rate(
    tenant: UUID, scene: Scene
) -> None:
    with transaction(tenant_id=tenant) as session:
        order = an_order(session, scene)
        crane = service.Draft(
            entry=EntryKind.OUTSIDE, kind=Kind.LABOUR, text="crane", cost=Decimal(300), price=Decimal(350)
        )
        drive = service.Draft(
            entry=EntryKind.DISTANCE, kind=Kind.TRAVEL, kilometres=Decimal("12.5"), technician_id=scene.gao
        )
        operation = new_id()
        for _ in range(2):
            service.add_entry(session, order.id, crane, client_op_id=operation, by=None, at=NOON)
        service.add_entry(session, order.id, drive, client_op_id=new_id(), by=None, at=NOON)
        close(session, scene, order, [scene.chen, scene.gao])

        sheet = service.sheet_of(session, order.id, at=NOON)

    assert sheet.kept is not None
    got = {(line.source, line.technician_id): (line.quantity, line.cost, line.price) for line in sheet.lines}
    assert got == {
        (Source.TRAVEL_TIME, scene.chen): (Decimal("0.5"), Decimal(15), Decimal(30)),
        (Source.WORK, scene.chen): (Decimal("1.5"), Decimal(90), Decimal(180)),
        (Source.CALL_OUT, scene.chen): (Decimal(1), Decimal(0), Decimal(80)),
        (Source.TRAVEL_TIME, scene.gao): (Decimal("0.5"), Decimal("22.5"), Decimal(30)),
        (Source.WORK, scene.gao): (Decimal("1.5"), Decimal(135), Decimal(180)),
        (Source.PART, None): (Decimal(2), Decimal("20.20"), Decimal("25.25")),
        (Source.OUTSIDE, None): (Decimal(1), Decimal(300), Decimal(350)),
        (Source.DISTANCE, scene.gao): (Decimal("12.5"), Decimal(25), Decimal(25)),
    }
    assert sheet.totals.price == sheet.totals.customer == Decimal("900.25")
    assert sheet.totals.house == 0


def test_hours_of_a_contract_are_used_up_when_the_order_closes_and_the_rest_is_the_customers(
    tenant: UUID, scene: Scene
) -> None:
    with transaction(tenant_id=tenant) as session:
        contract = a_contract(session, scene, entitlements={Unit.HOUR: Granted(quantity=Decimal(1), cycle=Cycle.YEAR)})
        order = an_order(session, scene)
        close(session, scene, order, [scene.chen])
        sheet = service.sheet_of(session, order.id, at=NOON)
        version = contracts.version_in_force(session, contract.id)
        left = allowances.present_balances(session, version, day=TODAY, at=NOON)[0][0].balance

    shares = {line.source: (line.house, line.customer) for line in sheet.lines}
    assert left == 0
    assert shares[Source.WORK] == (Decimal(120), Decimal(60))
    assert shares[Source.TRAVEL_TIME] == (Decimal(30), Decimal(0))
    assert shares[Source.PART] == (Decimal("12.63"), Decimal("12.62"))
    assert sheet.totals.customer + sheet.totals.house == sheet.totals.price


def test_an_order_is_settled_once_with_each_party_whoever_asks_at_the_same_time(tenant: UUID, scene: Scene) -> None:
    with transaction(tenant_id=tenant) as session:
        a_contract(session, scene)
        for crew in ([scene.chen], [scene.chen, scene.gao]):
            close(session, scene, an_order(session, scene), crew)

    def run(party: Party) -> tuple[Party, Decimal] | None:
        try:
            with transaction(tenant_id=tenant) as session:
                return party, settling.settle(session, Period(party=party, **PERIOD), by=None, at=NOON).total
        except NothingToSettle:
            return None

    with ThreadPoolExecutor(6) as pool:
        totals = dict(filter(None, pool.map(run, [*Party, *Party])))

    with transaction(tenant_id=tenant) as session:
        sums = session.execute(select(func.sum(CostSheet.customer), func.sum(CostSheet.house))).one()
        lines = session.scalars(select(SettlementLine)).all()
    assert totals == {Party.CUSTOMER: sums[0], Party.OWN: sums[1], Party.OUTLET: Decimal("157.50")}
    assert [line.settled_as for line in lines] == [SettledAs.ORDER] * 5
    assert run(Party.CUSTOMER) is None


def test_what_changes_after_a_settlement_is_an_adjustment_and_the_file_shows_both(tenant: UUID, scene: Scene) -> None:
    period = Period(party=Party.CUSTOMER, **PERIOD)
    with transaction(tenant_id=tenant) as session:
        order = an_order(session, scene, summary="=cmd()")
        close(session, scene, order, [scene.chen])
        first = settling.settle(session, period, by=None, at=NOON)
        crane = service.Draft(
            entry=EntryKind.OUTSIDE, kind=Kind.LABOUR, text="crane", cost=Decimal(1), price=Decimal(50)
        )
        entry = service.add_entry(session, order.id, crane, client_op_id=new_id(), by=None, at=NOON)
        second = settling.settle(session, period, by=None, at=NOON)
        service.void_entry(session, entry.id, by=None, at=NOON)
        deciding.override(
            session, order.id, basis=Basis.WARRANTY, shares=dict.fromkeys(Kind, 100), note="goodwill", by=new_id(),
            at=NOON,
        )  # fmt: skip
        event = CoverageOverridden(work_order_id=order.id, seq=2, basis="warranty", at=NOON)
        for _ in range(2):
            handlers.recount_on_coverage(session, event)
        third = settling.settle(session, period, by=None, at=NOON)
        table = sheets.read(settling.export(session, third.id, sheets.Format.XLSX, locale="en"))

    assert (second.total, third.total) == (Decimal(50), -first.total - 50)
    assert [row.cells[6:] for row in table.rows] == [
        ("adjustment", "CNY", str(third.total)),
        ("", "CNY", str(third.total)),
    ]
    assert table.rows[0].cells[2] == "=cmd()"


def test_a_later_price_list_and_another_outlet_leave_what_was_kept(tenant: UUID, scene: Scene) -> None:
    with transaction(tenant_id=tenant) as session:
        order = an_order(session, scene)
        close(session, scene, order, [scene.gao])
        before = service.sheet_of(session, order.id, at=NOON).totals
        technicians.set_outlet(session, scene.gao, outlet_id=None)
        for row in prices.list_price_lists(session, after=None, limit=9):
            draft = prices.Draft(name="dear", purpose=row.purpose, per_visit=Decimal(999))
            prices.replace_price_list(session, row.id, draft, expected_version=1)

        after = service.sheet_of(session, order.id, at=NOON).totals
        spent = service.cost_of_asset(session, scene.asset, since=TODAY, until=TODAY)
        other_day = service.cost_of_asset(session, scene.asset, since=date(2026, 1, 1), until=TODAY - timedelta(days=1))

    assert before == after == spent.totals
    assert [row.work_order_id for row in spent.sheets] == [order.id]
    assert other_day.sheets == []
