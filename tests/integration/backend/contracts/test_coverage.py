"""Who pays for an order: decided when it is opened, kept, changed only by a person who says why."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.assets import warranties
from backend.contracts import allowances, deciding, handlers, routes, service
from backend.contracts.coverage import Basis, Kind, Reason
from backend.contracts.errors import ScopeElsewhere
from backend.contracts.ledger import Cycle, Unit
from backend.contracts.service import Granted, Scope
from backend.customers import changes as customers
from backend.customers import service as customer_rows
from backend.customers.events import CustomerMerged
from backend.sla import policies
from backend.sla import service as sla
from backend.work.lifecycle import OrderAction
from backend.work.service import orders
from kernel.audit import AuditEntry
from kernel.auth import Role
from kernel.db import transaction
from kernel.ids import new_id
from tests.integration.backend.callers import a_client
from tests.integration.backend.contracts.scene import NOON, TODAY, a_contract
from tests.integration.backend.work.scene import a_scene, an_order, desk

DAY = timedelta(days=1)


def test_a_warranty_that_ended_yesterday_in_the_tenants_zone_pays_nothing_any_more(session: Session) -> None:
    scene = a_scene(session)
    terms = warranties.Terms(starts_on=TODAY - 400 * DAY, ends_on=TODAY - DAY, labour=True, parts=True, travel=True)
    warranties.add_warranty(session, scene.asset, terms)
    last_minute = datetime(2026, 8, 31, 15, 59, tzinfo=UTC)
    midnight = datetime(2026, 8, 31, 16, tzinfo=UTC)

    within = deciding.coverage_of(session, an_order(session, scene, at=last_minute).id)
    after = deciding.coverage_of(session, an_order(session, scene, at=midnight).id)

    assert (within.basis, within.labour_percent, within.decided_on) == (Basis.WARRANTY, 100, TODAY - DAY)
    assert (after.basis, after.reason, after.reason_on) == (Basis.NONE, Reason.WARRANTY_ENDED, TODAY - DAY)
    assert (after.labour_percent, after.decided_on) == (0, TODAY)


def test_an_order_keeps_what_was_decided_when_its_contract_changes(session: Session) -> None:
    scene = a_scene(session)
    contract = a_contract(session, scene)
    order = an_order(session, scene)

    draft = service.Draft(name="Less", starts_on=date(2026, 8, 1), ends_on=TODAY - DAY, shares={Kind.LABOUR: 10})
    service.replace_contract(session, contract.id, draft, expected_version=1)

    kept = deciding.coverage_of(session, order.id)
    assert (kept.basis, kept.labour_percent, kept.parts_percent) == (Basis.CONTRACT, 100, 50)
    anew = deciding.coverage_of(session, an_order(session, scene).id)
    assert (anew.basis, anew.reason) == (Basis.NONE, Reason.CONTRACT_ENDED)
    assert [agreed.version.name for agreed in service.versions_of(session, contract.id)] == ["Less", "Full service"]


def test_the_contract_that_names_the_asset_or_what_it_is_inside_of_holds_before_one_for_all(session: Session) -> None:
    scene = a_scene(session)
    inner = assets.create_asset(session, "电机", class_code="pump", site_id=scene.site, parent_id=scene.asset)
    other = assets.create_asset(session, "泵 2", class_code="pump", site_id=scene.site)
    a_contract(session, scene, shares={Kind.LABOUR: 10})
    a_contract(session, scene, shares={Kind.LABOUR: 20}, scope=Scope(class_codes=["pump"]))
    a_contract(session, scene, shares={Kind.LABOUR: 30}, scope=Scope(asset_ids=[scene.asset]))

    found = [
        deciding.coverage_of(session, an_order(session, scene, asset_id=asset_id).id).labour_percent
        for asset_id in (scene.asset, inner.id, other.id, None)
    ]

    assert found == [30, 30, 20, 10]


def test_a_contract_names_assets_of_its_customer_only(session: Session) -> None:
    scene = a_scene(session)
    stranger = customer_rows.create_customer(session, "Somebody else")

    draft = service.Draft(name="x", starts_on=TODAY, ends_on=TODAY, shares={}, scope=Scope(asset_ids=[scene.asset]))

    with pytest.raises(ScopeElsewhere):
        service.create_contract(session, stranger.id, draft)


def test_the_class_of_service_of_a_contract_chooses_the_promises(session: Session) -> None:
    scene = a_scene(session)
    policies.ensure_defaults(session)
    draft = policies.Draft(priority=2, criticality=None, tier="gold", response_minutes=5, on_site_minutes=50,
                           restore_minutes=90)  # fmt: skip
    policies.create_policy(session, draft)
    plain = sla.clocks_of(session, an_order(session, scene).id)
    a_contract(session, scene, tier="gold")

    golden = sla.clocks_of(session, an_order(session, scene).id)

    assert {clock.target_minutes for clock in golden} == {5, 50, 90}
    assert {clock.target_minutes for clock in plain} != {5, 50, 90}


def test_a_cancelled_order_gives_its_visit_back(session: Session) -> None:
    scene = a_scene(session)
    contract = a_contract(session, scene, entitlements={Unit.VISIT: Granted(quantity=1, cycle=Cycle.YEAR)})  # type: ignore[arg-type]
    order = an_order(session, scene)
    spent = deciding.coverage_of(session, an_order(session, scene).id)

    orders.act_on_order(session, order.id, OrderAction.CANCEL, actor=desk(), at=NOON, reason="not needed")

    version = service.version_in_force(session, contract.id)
    balance = allowances.present_balances(session, version, day=TODAY, at=NOON)[0][0].balance
    assert (spent.basis, spent.reason, balance) == (Basis.NONE, Reason.ENTITLEMENT_SPENT, 1)


def test_a_supervisor_decides_otherwise_with_a_reason_that_is_kept_and_audited(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        contract = a_contract(session, scene, entitlements={Unit.VISIT: Granted(quantity=1, cycle=Cycle.YEAR)})  # type: ignore[arg-type]
        order = an_order(session, scene).id
    shares = {"labour": 0, "parts": 100, "travel": 0, "consumables": 0}
    body = {"basis": "warranty", "coverage": shares, "reason": "maker agreed by phone"}

    refused = a_client(tenant, Role.DISPATCHER, routes).post(f"/work-orders/{order}/coverage", json=body)
    answer = a_client(tenant, Role.SUPERVISOR, routes).post(f"/work-orders/{order}/coverage", json=body)
    listed = a_client(tenant, Role.AGENT, routes).get(f"/work-orders/{order}/coverage").json()["items"]
    left = a_client(tenant, Role.AGENT, routes).get(f"/contracts/{contract.id}/allowances").json()["items"]

    assert (refused.status_code, answer.status_code) == (403, 201)
    assert [(row["basis"], row["reason"], row["note"]) for row in listed] == [
        ("warranty", "overridden", "maker agreed by phone"),
        ("contract", "in_contract", None),
    ]
    assert left[0]["balance"] == "1"
    with transaction(tenant_id=tenant) as session:
        told = session.scalars(select(AuditEntry).where(AuditEntry.action == "coverage.override")).one()
    assert (told.subject_id, told.detail["reason"]) == (order, "maker agreed by phone")


def test_a_merged_customer_brings_its_contracts(session: Session) -> None:
    scene = a_scene(session)
    contract = a_contract(session, scene)
    into = customer_rows.create_customer(session, "The one that stays")
    customers.merge(session, scene.customer, into_id=into.id, actor_id=new_id())

    handlers.follow_merge(session, CustomerMerged(customer_id=scene.customer, into_id=into.id))

    assert service.get_contract(session, contract.id).contract.customer_id == into.id
