"""Events arrive at least once, and their effect in the database once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from backend.worker import deliveries
from kernel import clock, relay
from kernel.audit import AuditEntry, record
from kernel.db import Login, transaction
from kernel.outbox import DeliveryState, Event, EventDelivery, OutboxEvent, decode, encode, publish


@dataclass(frozen=True, kw_only=True)
class Rang(Event):
    """A bell rang."""

    topic: ClassVar[str] = "test.rang.v1"
    bell: str
    times: int


def note(session: object, event: Rang) -> None:
    record(session, action="heard", subject=event.bell, subject_id=None)  # type: ignore[arg-type]


def fail(session: object, event: Rang) -> None:
    note(session, event)
    raise RuntimeError("no ear")


@pytest.fixture(autouse=True)
def _subscribed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(deliveries.EVENTS, Rang.topic, Rang)
    monkeypatch.setitem(deliveries.HANDLERS, "test.note", note)
    monkeypatch.setitem(deliveries.HANDLERS, "test.fail", fail)


@pytest.fixture(autouse=True)
def _nothing_waits(database: object) -> None:
    """Take what earlier tests left: the relay works across tenants, a batch at a time."""
    with transaction(Login.SYSTEM) as session:
        session.execute(update(OutboxEvent).where(OutboxEvent.relayed_at.is_(None)).values(relayed_at=clock.now()))


def ring(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        publish(session, Rang(bell="tower", times=3))


def ring_and_fail(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        publish(session, Rang(bell="tower", times=1))
        session.flush()
        raise RuntimeError


def relay_all(*handlers: str) -> list[tuple[UUID, UUID]]:
    with transaction(Login.SYSTEM) as session:
        return relay.relay_once(session, {Rang.topic: handlers}, at=clock.now())


def heard(tenant: UUID) -> int:
    with transaction(tenant_id=tenant) as session:
        return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def test_an_event_survives_its_way_through_json() -> None:
    event = Rang(bell="塔楼", times=2)

    assert decode(Rang, encode(event)) == event


def test_a_rolled_back_change_tells_nothing(tenant: UUID) -> None:
    with pytest.raises(RuntimeError):
        ring_and_fail(tenant)

    with transaction(tenant_id=tenant) as session:
        assert session.scalar(select(func.count()).select_from(OutboxEvent)) == 0


def test_a_delivery_has_its_effect_once_however_often_it_is_woken(tenant: UUID) -> None:
    ring(tenant)
    ((owner, delivery_id),) = relay_all("test.note")

    for _ in range(3):
        deliveries.deliver(owner, delivery_id)

    assert owner == tenant
    assert heard(tenant) == 1


def test_an_event_is_relayed_once(tenant: UUID) -> None:
    ring(tenant)

    assert len(relay_all("test.note", "test.fail")) == 2
    assert relay_all("test.note", "test.fail") == []


def test_a_failed_handler_leaves_nothing_and_comes_again(tenant: UUID) -> None:
    ring(tenant)
    ((owner, delivery_id),) = relay_all("test.fail")

    deliveries.deliver(owner, delivery_id)

    with transaction(tenant_id=tenant) as session:
        delivery = session.scalars(select(EventDelivery)).one()
    assert heard(tenant) == 0
    assert (delivery.state, delivery.attempts) == (DeliveryState.PENDING, 1)
    assert "no ear" in (delivery.error or "")


def test_a_lost_wake_up_is_found_by_the_sweep(tenant: UUID) -> None:
    ring(tenant)
    woken = relay_all("test.note")

    with transaction(Login.SYSTEM) as session:
        early = relay.sweep_once(session, at=clock.now())
    with transaction(Login.SYSTEM) as session:
        late = relay.sweep_once(session, at=clock.now() + timedelta(minutes=1))

    assert woken[0] not in early
    assert woken[0] in late


def test_the_worker_sees_only_its_tenants_rows(tenant: UUID, other_tenant: UUID) -> None:
    ring(tenant)
    ((_, delivery_id),) = relay_all("test.note")

    deliveries.deliver(other_tenant, delivery_id)

    assert heard(tenant) == 0
