"""Entitlements: used once each, never below nothing, whoever asks at the same time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.contracts import allowances, deciding, service
from backend.contracts.coverage import Basis, Reason
from backend.contracts.errors import NoAllowance
from backend.contracts.ledger import SIGN, Cycle, Unit
from backend.contracts.models import Allowance, AllowanceEntry
from backend.contracts.service import Granted
from kernel.db import transaction
from kernel.ids import new_id
from tests.integration.backend.contracts.scene import NOON, TODAY, a_contract
from tests.integration.backend.work.scene import a_scene


def ledger_sum(session: Session) -> Decimal:
    """Return the sum of all entries."""
    rows = session.execute(select(AllowanceEntry.kind, func.sum(AllowanceEntry.quantity)).group_by(AllowanceEntry.kind))
    return sum((SIGN[kind] * quantity for kind, quantity in rows), Decimal(0))


def test_orders_opened_at_once_share_the_visits_that_are_left(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        a_contract(session, scene, entitlements={Unit.VISIT: Granted(quantity=Decimal(3), cycle=Cycle.YEAR)})
    subject = deciding.Subject(customer_id=scene.customer, site_id=scene.site, asset_id=scene.asset)

    def open_one(_: int) -> tuple[Basis, Reason]:
        with transaction(tenant_id=tenant) as session:
            row = deciding.freeze(session, new_id(), subject, at=NOON)
            return row.basis, row.reason

    with ThreadPoolExecutor(6) as pool:
        found: Sequence[tuple[Basis, Reason]] = list(pool.map(open_one, range(6)))

    assert sorted(found) == sorted(
        [(Basis.CONTRACT, Reason.IN_CONTRACT)] * 3 + [(Basis.NONE, Reason.ENTITLEMENT_SPENT)] * 3
    )
    with transaction(tenant_id=tenant) as session:
        assert session.scalars(select(Allowance.balance)).one() == 0 == ledger_sum(session)


def test_the_database_refuses_a_balance_below_nothing_and_a_changed_entry(session: Session) -> None:
    scene = a_scene(session)
    contract = a_contract(session, scene, entitlements={Unit.HOUR: Granted(quantity=Decimal(2), cycle=Cycle.TERM)})
    version = service.version_in_force(session, contract.id)
    allowances.open_period(session, version, Unit.HOUR, day=TODAY, at=NOON)

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Allowance).values(balance=Decimal(-1)))
    with pytest.raises(Exception, match="permission denied"), session.begin_nested():
        session.execute(text("UPDATE contract_allowance_entry SET quantity = 9"))


def test_what_is_left_is_granted_more_drawn_up_to_the_rest_given_back_and_expires(session: Session) -> None:
    scene = a_scene(session)
    contract = a_contract(session, scene, entitlements={Unit.HOUR: Granted(quantity=Decimal(2), cycle=Cycle.MONTH)})
    version, order, operation = service.version_in_force(session, contract.id), new_id(), new_id()
    purse = allowances.Purse(version=version, work_order_id=order, day=TODAY, draw=True, at=NOON)

    for _ in range(2):
        allowances.grant(
            session,
            version,
            Unit.HOUR,
            Decimal(1),
            reason="a gift",
            client_op_id=operation,
            by=None,
            day=TODAY,
            at=NOON,
        )
    drawn = [purse.take(session, Unit.HOUR, Decimal(5)) for _ in range(2)]
    for _ in range(2):
        allowances.give_back(session, order, at=NOON)
    ended = [allowances.expire(session, today=TODAY + timedelta(days=40), at=NOON) for _ in range(2)]

    assert drawn == [Decimal(3), Decimal(3)]
    assert ended == [1, 0]
    assert [str(row.kind) for row, _ in service.ledger_of(session, contract.id, after=None, limit=9)] == [
        "expire",
        "give_back",
        "consume",
        "grant",
        "grant",
    ]
    assert session.scalars(select(Allowance.balance)).one() == 0 == ledger_sum(session)


def test_a_new_period_grants_anew_and_a_day_outside_the_contract_nothing(session: Session) -> None:
    scene = a_scene(session)
    contract = a_contract(session, scene, entitlements={Unit.VISIT: Granted(quantity=Decimal(2), cycle=Cycle.MONTH)})
    version = service.version_in_force(session, contract.id)

    rows = [
        allowances.open_period(session, version, Unit.VISIT, day=day, at=NOON)
        for day in (TODAY, TODAY + timedelta(days=31), date(2030, 1, 1))
    ]

    assert [row and row.balance for row in rows] == [Decimal(2), Decimal(2), None]
    with pytest.raises(NoAllowance):
        allowances.grant(
            session,
            version,
            Unit.AMOUNT,
            Decimal(1),
            reason="why not",
            client_op_id=new_id(),
            by=None,
            day=TODAY,
            at=NOON,
        )
