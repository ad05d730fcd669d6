"""Two companies with one row of every kind that an operation can name."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.assets import meters, tree, warranties
from backend.assets.meters import Read
from backend.assets.models import Criticality, MeterKind, NodeKind, ReadingSource
from backend.checklists import service as checklists
from backend.checklists.answers import Item, ItemType
from backend.contracts import service as contracts
from backend.contracts.coverage import Kind
from backend.contracts.ledger import Cycle, Unit
from backend.costs import service as costs
from backend.costs.models import EntryKind, Party, Settlement
from backend.customers import service as customers
from backend.files import service as files
from backend.files import uploads
from backend.files.models import LinkRole
from backend.files.service import Subject
from backend.identity import service as identity
from backend.intake import casework
from backend.intake.models import CaseIntake, Incident, IncidentScope
from backend.mail import service as mail
from backend.maintenance.service import rounds
from backend.notifications import service as notifications
from backend.outlets import service as outlets
from backend.planning import service as planning
from backend.planning.models import PlanMode, PlanVisit
from backend.playbooks import service as playbooks
from backend.playbooks.models import Trial
from backend.prices import service as prices
from backend.prices.models import Purpose
from backend.quotes import service as quotes
from backend.reports import service as reports
from backend.reports.models import Cause
from backend.sla import ladders, policies, terms
from backend.sla.ladders import StepDraft
from backend.sla.models import ClockKind, StepAction
from backend.surveys import service as surveys
from backend.technicians import absences, crews
from backend.technicians import service as technicians
from backend.tickets import service as tickets
from backend.tickets.models import Channel
from backend.work.lifecycle import VisitAction, Who
from backend.work.listing import batches, saved
from backend.work.models import ConflictItem, WorkOrder
from backend.work.service import catalogue
from inventory import service as stock
from inventory.models import StockMove
from iot_gateway.detect.thresholds import ThresholdKind
from iot_gateway.models.telemetry import TelemetryDeadLetter
from iot_gateway.service import campaigns, cases, claims, commands, firmware, thresholds
from kernel import clock
from kernel.auth import Role
from kernel.db import Login, transaction
from kernel.ids import new_id
from tests.contract.operations_bodies import NEXT, PICTURE
from tests.integration.backend.maintenance.scene import a_draft, a_level, an_active_plan
from tests.integration.backend.work.scene import Scene, a_scene, a_visit, an_order, do_visit, fill, phone_of, step


@dataclass(frozen=True)
class World:
    """The ids of one tenant, by kind."""

    tenant_id: UUID
    caller: UUID
    """The user who calls; apart from `ids`, so that no operation is aimed at its caller."""
    ids: Mapping[str, UUID]

    def __getitem__(self, kind: str) -> UUID:
        return self.ids[kind]


def a_world(tenant_id: UUID) -> World:
    """Make a company and commit it."""
    with transaction(tenant_id=tenant_id) as session:
        scene = a_scene(session)
        fill(session, scene.warehouse, scene.bearing, 20)
        ids = {
            "site": scene.site,
            "customer": scene.customer,
            "asset": scene.asset,
            "device": scene.device,
            "technician": scene.chen,
            "place": scene.warehouse,
            "van": scene.vans[scene.chen],
            "part": scene.bearing,
            **_work(session, scene.asset, scene.site),
            **_telemetry(session, scene.device),
            **_terms(session),
            **a_meter(session, scene.asset),
            "warranty": a_warranty(session, scene.asset),
        }
        ids["playbook"] = a_playbook(session)
        ids["incident"] = an_incident(session, ids["case"])
        ids["trial"] = session.scalars(select(Trial.id)).one()
        visit = a_visit(session, scene, an_order(session, scene, case_id=ids["case"]))
        step(session, visit.id, VisitAction.TRAVEL, phone_of(scene.chen), 10)
        ids["visit"] = visit.id
        ids["order"] = an_order(session, scene).id
        ids["plan"] = a_plan(session, ids["order"], scene.chen)
        ids["conflict"] = session.scalars(select(ConflictItem.id)).one()
        ids["move"] = session.scalars(select(StockMove.id).limit(1)).one()
        ids["reservation"] = stock.reserve(
            session,
            part_id=scene.bearing,
            location_id=scene.warehouse,
            quantity=Decimal(1),
            demand_id=new_id(),
            expires_at=None,
            client_op_id=new_id(),
        ).id
        ids |= _people(session, scene.chen)
        ids |= _money(session, scene, ids["order"])
        done = a_visit(session, scene, an_order(session, scene))
        do_visit(session, done.id, phone_of(scene.chen))
        ids |= _upkeep(session, scene)
        ids["contact"] = customers.create_contact(session, scene.customer, name="Zhou").id
        caller = a_user(session, "caller")
        ids["notification"] = a_letter(session, caller)
        ids["view"] = saved.keep(session, "Mine", {}, ["number"], owner_id=None).id
        ids["batch"] = a_change(session, an_order(session, scene), caller)
        ids |= _files(session, caller, visit.id, ids["order"])
        report = reports.make(session, done.id, cause=Cause.ASKED, at=clock.now())
        to = mail.Recipient(address="wang@example.com", name="Wang", locale="zh")
        ids["report"] = report.id
        ids["mail"] = reports.send(session, report.id, to=to, key="k", at=clock.now()).id
    ids["dead_letter"] = a_dead_letter(tenant_id)
    return World(tenant_id, caller, ids)


def a_dead_letter(tenant_id: UUID) -> UUID:
    """Refuse a message as the gateway would, whose login alone may write it."""
    letter = TelemetryDeadLetter(
        id=new_id(), tenant_id=tenant_id, received_at=clock.now(), topic="fieldhand/v1/x/y/telemetry",
        device_name="y", reason="malformed", detail="", payload=b"{",
    )  # fmt: skip
    with transaction(Login.INGEST) as session:
        session.add(letter)
    return letter.id


def _work(session: Session, asset_id: UUID, site_id: UUID) -> dict[str, UUID]:
    at = clock.now()
    ticket, _ = tickets.open_ticket(session, channel=Channel.WEB, summary="泵响", asset_id=asset_id, priority=2, at=at)
    survey_id = surveys.invite(session, ticket.id, at=at)
    assert survey_id is not None
    top = tree.create_location_node(session, name="北门", kind=NodeKind.SITE, site_id=site_id)
    return {"ticket": ticket.id, "survey": survey_id, "node": top.id}


def _telemetry(session: Session, device_id: UUID) -> dict[str, UUID]:
    at = clock.now()
    suspicion = cases.Suspicion(
        device_id=device_id,
        failure_group="bearing",
        model="pump",
        severity=2,
        opened_at=at,
        started_at=at - timedelta(hours=5),
        window=None,
        low_confidence=False,
        summary={"metric": "vibration_mm_s", "observed": 7.1, "expected": 2.0, "text_zh": "振动", "text_en": "up"},
    )
    case_id, _ = cases.open_case(session, suspicion)
    release = firmware.create_release(session, model="pump", version="2.0.0", content=b"image")
    campaign = campaigns.create_campaign(
        session, campaigns.Draft(release_id=release.id, name="c", device_ids=[device_id])
    )
    claim, _ = claims.make_claim(session, model="pump", sampling_seconds=60, at=at, lifetime=timedelta(days=1))
    return {
        "claim": claim.id,
        "case": case_id,
        "command": commands.request_command(session, device_id, command="reset_after_repair").id,
        "release": release.id,
        "campaign": campaign.id,
        "threshold": a_limit(session, device_id),
    }


def a_limit(session: Session, device_id: UUID) -> UUID:
    """Set a limit for a bearing."""
    target = thresholds.Target(device_id=device_id, model=None, metric="bearing_temp_c", kind=ThresholdKind.ABOVE)
    terms = thresholds.Terms(
        value=80, for_seconds=60, clear_seconds=60, hysteresis=5, horizon_hours=None, severity=3,
        failure_group="bearing", enabled=True,
    )  # fmt: skip
    return thresholds.create_threshold(session, target, terms, by=None).id


def a_meter(session: Session, asset_id: UUID) -> dict[str, UUID]:
    """Count the hours of a pump, and read them once."""
    meter = meters.create_meter(session, asset_id, code="run_hours", name="Hours", unit="h", kind=MeterKind.CUMULATIVE)
    at = datetime(2026, 9, 2, 6, tzinfo=UTC)
    read = Read(value=Decimal(5), at=at, source=ReadingSource.MANUAL)
    return {"meter": meter.id, "reading": meters.record_reading(session, meter.id, read, received_at=at).id}


def a_warranty(session: Session, asset_id: UUID) -> UUID:
    """Answer for the parts of a pump."""
    terms = warranties.Terms(
        starts_on=date(2026, 1, 1), ends_on=date(2027, 12, 31), labour=False, parts=True, travel=False
    )
    return warranties.add_warranty(session, asset_id, terms).id


def a_playbook(session: Session) -> UUID:
    """Write what is tried from afar before somebody is sent for a bearing."""
    draft = playbooks.Draft(
        name="Reset", model="pump", failure_group="bearing", active=True, severity_at_most=4,
        most_critical=Criticality.A, cold_start=True, command="reset", args={}, command_seconds=600, proof_samples=10,
        proof_seconds=10, proof_limit_seconds=60, rest_hours=24,
    )  # fmt: skip
    return playbooks.create_playbook(session, draft).id


def an_incident(session: Session, case_id: UUID) -> UUID:
    """Have intake take a case in, and put it into an incident."""
    at = clock.now()
    ticket = casework.take_in_case(session, casework.suspected(session, case_id, at=at))
    assert ticket is not None
    incident = Incident(
        scope=IncidentScope.MODEL, scope_key="pump", scope_name="pump", ticket_id=ticket.id, began_at=at,
        last_case_at=at, fleet_count=1,
    )  # fmt: skip
    session.add(incident)
    session.flush()
    session.execute(update(CaseIntake).where(CaseIntake.case_id == case_id).values(incident_id=incident.id))
    return incident.id


def _terms(session: Session) -> dict[str, UUID]:
    policies.ensure_defaults(session)
    calendar = terms.list_calendars(session)[0]
    item = Item(key="oil", text_zh="油位", text_en="Oil", type=ItemType.BOOL)
    template = checklists.create_version(session, "pump", name_zh="水泵", name_en="Pump", items=[item])
    steps = [StepDraft(clock=ClockKind.RESTORE, percent=50, action=StepAction.RAISE_PRIORITY)]
    ladder = ladders.create_ladder(session, "Ladder", calendar_id=calendar.id, steps=steps)
    policy = policies.list_policies(session)[0]
    catalogue.put_template(
        session,
        catalogue.Template(
            work_type="repair",
            name_zh="维修",
            name_en="Repair",
            duration_minutes=60,
            skill=None,
            skill_level=1,
            priority=None,
            labels=(),
            parts=(),
        ),
    )
    return {"calendar": calendar.id, "template": template.id, "ladder": ladder.id, "sla_policy": policy.policy_id}


def _upkeep(session: Session, scene: Scene) -> dict[str, UUID]:
    at = clock.now()
    item = Item(key="oil", text_zh="油位", text_en="Oil", type=ItemType.BOOL)
    template = checklists.create_version(session, "oil", name_zh="油", name_en="Oil", items=[item])
    checklists.publish_version(session, template.id, at=at)
    stop = rounds.StopDraft(asset_id=scene.asset, location_id=None, checklist_code="oil")
    draft = rounds.RouteDraft(
        name="Round", site_id=scene.site, skill="rotating", skill_level=1, duration_minutes=30, stops=(stop,)
    )
    level = a_level(checklist_code="oil", parts=((scene.bearing, Decimal(1)),))
    plan = an_active_plan(session, a_draft(asset_id=scene.asset, levels=(level,)), at=at)
    return {
        "route": rounds.create_route(session, draft, by=None).id,
        "maintenance_plan": plan.id,
    }


def _people(session: Session, technician_id: UUID) -> dict[str, UUID]:
    at = clock.now()
    user_id = a_user(session, "ying")
    day = timedelta(days=1)
    absence = absences.add_absence(session, technician_id, start=at, end=at + day, approved=False, at=at)
    (pattern,) = technicians.add_shift_pattern(session, technician_id, weekdays=[6], starts=time(8), ends=time(9))
    morning = datetime(2026, 10, 5, tzinfo=UTC)
    shift = technicians.set_shift(session, technician_id, day=morning.date(), start=morning, end=morning + day / 4)
    member = crews.Member(technician_id=technician_id, lead=True, valid_from=at.date())
    crew = crews.create_crew(session, "Night", members=[member])
    return {"user": user_id, "absence": absence.id, "pattern": pattern.id, "shift": shift.id, "crew": crew.id}


def _files(session: Session, caller: UUID, visit_id: UUID, order_id: UUID) -> dict[str, UUID]:
    at = clock.now()
    file = files.put_bytes(session, PICTURE, name="a.png", by=caller)
    links = [
        files.link(session, file.id, subject, role=LinkRole.PHOTO, at=at, by=caller, by_name="Caller").link.id
        for subject in (Subject("visit", visit_id), Subject("work_order", order_id))
    ]
    sha256 = hashlib.sha256(NEXT.encode()).hexdigest()
    upload = uploads.begin_upload(session, name="b.txt", size=len(NEXT), sha256=sha256, media_type="", by=caller, at=at)
    return {"file": file.id, "link": links[1], "upload": upload.id}


def _money(session: Session, scene: Scene, order_id: UUID) -> dict[str, UUID]:
    """Agree on prices and a contract, quote for an order, enter what it cost, settle."""
    at = clock.now()
    listed = prices.create_price_list(session, "std", prices.Draft(name="Standard", purpose=Purpose.STANDARD))
    outlet = outlets.create_outlet(session, "N1", outlets.Draft(name="North", price_list_id=listed.id))
    draft = contracts.Draft(
        name="Full", starts_on=date(2026, 1, 1), ends_on=date(2036, 1, 1), shares={}, price_list_id=listed.id,
        scope=contracts.Scope(asset_ids=[scene.asset], site_ids=[scene.site]),
        entitlements={Unit.VISIT: contracts.Granted(quantity=Decimal(99), cycle=Cycle.YEAR)},
    )  # fmt: skip
    contract = contracts.create_contract(session, scene.customer, draft)
    offer = quotes.Draft(lines=[], valid_until=at + timedelta(days=9))
    entered = costs.Draft(entry=EntryKind.OUTSIDE, kind=Kind.LABOUR, cost=Decimal(1), price=Decimal(1))
    settlement = Settlement(
        number="ST-1", party=Party.OUTLET, outlet_id=outlet.id, starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 1),
        currency="CNY", total=Decimal(0), line_count=0,
    )  # fmt: skip
    session.add(settlement)
    session.flush()
    return {
        "price_list": listed.id,
        "outlet": outlet.id,
        "contract": contract.id,
        "quote": quotes.create_quote(session, order_id, offer, by=None, at=at).id,
        "cost_entry": costs.add_entry(session, order_id, entered, client_op_id=new_id(), by=None, at=at).id,
        "settlement": settlement.id,
    }


def a_letter(session: Session, user_id: UUID) -> UUID:
    """Write somebody a message."""
    words = notifications.Words(title_zh="新", title_en="new", body_zh="内容", body_en="body")
    (letter,) = notifications.notify(session, key="k", kind="test", words=words, user_ids=[user_id], at=clock.now())
    return letter


def a_plan(session: Session, order_id: UUID, technician_id: UUID) -> UUID:
    """Write a draft that has one line."""
    plan = planning.request_plan(session, mode=PlanMode.DRAFT, cause="test")
    at = clock.now()
    line = PlanVisit(
        plan_id=plan.id, work_order_id=order_id, order_version=1, technician_id=technician_id, start_at=at,
        end_at=at + timedelta(hours=1), travel_seconds=600, parts=[], pickup=None, reasons=[], refused=[],
    )  # fmt: skip
    session.add(line)
    session.flush()
    return plan.id


def a_change(session: Session, order: WorkOrder, caller: UUID) -> UUID:
    """Change an order, so that it can be taken back."""
    actor = replace(phone_of(caller), actor_id=caller, role=Who.DISPATCHER)
    target = batches.Target(order.id, order.version)
    return batches.run(session, new_id(), "set_queue", {"queue": "east"}, [target], actor=actor)[0].id


def a_user(session: Session, name: str) -> UUID:
    """Add somebody who may log in."""
    row = identity.create_user(
        session, name, password="long-enough-phrase", display_name=name.title(), roles={Role.AGENT}
    )
    return row.id
