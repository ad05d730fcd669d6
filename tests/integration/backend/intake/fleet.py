"""Machines and cases for tests of the case policy."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.assets.models import Criticality
from backend.intake import casework, policy
from backend.intake.models import CaseIntake, IntakePolicy
from backend.tickets.models import Ticket
from iot_gateway.service import cases, devices
from iot_gateway.service.cases import Suspicion
from kernel import clock
from kernel.ids import new_id
from tests.integration.backend.work.scene import Scene

SUMMARY = {
    "metric": "vibration_mm_s",
    "observed": 7.1,
    "expected": 2.0,
    "text_zh": "振动升高",
    "text_en": "vibration up",
}


NOON = clock.now().replace(hour=4, minute=0, second=0, microsecond=0)
"""Noon of this day in Shanghai: no test of a budget sees midnight."""


@dataclass(frozen=True)
class Machine:
    """An asset with its device."""

    asset: UUID
    device: UUID
    model: str


def a_machine(
    session: Session,
    scene: Scene,
    name: str,
    *,
    parent: Machine | None = None,
    criticality: Criticality = Criticality.B,
    model: str = "pump",
) -> Machine:
    """Add an asset with a device to the site, inside another one if given."""
    asset = assets.create_asset(
        session,
        name,
        class_code="pump",
        site_id=scene.site,
        parent_id=parent.asset if parent else None,
        criticality=criticality,
    )
    device, _ = devices.provision_device(session, name=f"{name}-{new_id().hex[-10:]}", model=model, sampling_seconds=60)
    assets.link_device(session, asset.id, device_id=device.id)
    return Machine(asset.id, device.id, model)


def open_case(
    session: Session,
    machine: Machine,
    *,
    group: str = "bearing",
    severity: int = 2,
    at: datetime | None = None,
    p10_at: datetime | None = None,
) -> UUID:
    """Open a case of a machine, as the scorer would."""
    at = at or clock.now()
    window = cases.Window(p10_at=p10_at, p50_at=p10_at, p90_at=p10_at) if p10_at else None
    found = Suspicion(
        device_id=machine.device,
        failure_group=group,
        model=machine.model,
        severity=severity,
        opened_at=at,
        started_at=at - timedelta(hours=5),
        window=window,
        low_confidence=False,
        summary=SUMMARY,
    )
    case_id, _ = cases.open_case(session, found)
    session.flush()
    return case_id


def take_in(session: Session, case_id: UUID, *, at: datetime | None = None) -> Ticket | None:
    """Have intake decide about a case."""
    return casework.take_in_case(session, casework.suspected(session, case_id, at=at or NOON))


def a_taken_case(session: Session, machine: Machine, *, taken_at: datetime | None = None, **other: object) -> UUID:
    """Open a case and have intake decide about it."""
    case_id = open_case(session, machine, **other)  # type: ignore[arg-type]
    take_in(session, case_id, at=taken_at)
    return case_id


def row_of(session: Session, case_id: UUID) -> CaseIntake:
    """Return what became of a case."""
    session.flush()
    return session.scalars(
        select(CaseIntake).where(CaseIntake.case_id == case_id).execution_options(populate_existing=True)
    ).one()


def set_terms(session: Session, **changed: object) -> IntakePolicy:
    """Change some terms of the tenant's policy."""
    row = policy.get_policy(session, lock=True)
    for name, value in changed.items():
        setattr(row, name, value)
    session.flush()
    return row
