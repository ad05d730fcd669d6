"""Work for the worker's calendar: plain functions, each its own transactions."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from iot_gateway import campaigner, fitting, lifefits, partitions, retention, rollups
from iot_gateway.models.devices import Device
from iot_gateway.service import commands, fleet, letters
from kernel import clock
from kernel.db import Login, transaction
from kernel.log import get_logger

LETTERS_KEPT, FIGURES_KEPT = timedelta(days=90), timedelta(days=7)
LETTERS_AT_ONCE, LETTERS_A_NIGHT = 2000, 500
"""A night deletes a million letters at most, in transactions of two thousand."""

log = get_logger()


def fit_profiles(tenant_id: UUID) -> int:
    """Fit what is normal for every device of a tenant; return how many series were fitted."""
    with transaction(tenant_id=tenant_id) as session:
        device_ids = session.scalars(select(Device.id).where(Device.revoked_at.is_(None)).order_by(Device.id)).all()
    fitted = 0
    for device_id in device_ids:
        with transaction(tenant_id=tenant_id) as session:
            fitted += fitting.fit_device(session, session.get_one(Device, device_id), at=clock.now())
    log.info("profiles_fitted", tenant_id=str(tenant_id), devices=len(device_ids), series=fitted)
    return fitted


def learn_from_failures(tenant_id: UUID) -> int:
    """Learn remaining life from the confirmed failures of a tenant; return how many kinds had new ones."""
    with transaction(tenant_id=tenant_id) as session:
        kinds = lifefits.kinds(session)
    learned = 0
    for model, group in kinds:
        with transaction(tenant_id=tenant_id) as session:
            known = lifefits.lesson(session, model, group)
        if known is None:
            continue
        forecaster = lifefits.learn(known)
        with transaction(tenant_id=tenant_id) as session:
            lifefits.keep(session, known, forecaster, at=clock.now())
        learned += 1
        log.info(
            "remaining_life_learned",
            model=model,
            failure_group=group,
            stage=forecaster.stage,
            failures=len(known.lives),
        )
    return learned


def maintain_partitions() -> int:
    """Make the partitions that are missing; return how many."""
    return len(partitions.maintain_partitions())


def roll_up() -> int:
    """Roll up what has changed; return how many buckets were made."""
    return rollups.catch_up()


def forget_telemetry() -> int:
    """Drop and delete what is past its retention; return how many partitions and rows."""
    return retention.forget(at=clock.now())


def expire_commands() -> int:
    """Give up commands that nobody answered in time; return how many."""
    with transaction(Login.SYSTEM) as session:
        return commands.expire_commands(session, at=clock.now())


def forget_letters_and_figures(at: datetime) -> int:
    """Delete dead letters and figures past their retention; return how many letters."""
    gone = 0
    for _ in range(LETTERS_A_NIGHT):
        with transaction(Login.SYSTEM) as session:
            found = letters.forget(session, before=at - LETTERS_KEPT, limit=LETTERS_AT_ONCE)
        gone += found
        if found < LETTERS_AT_ONCE:
            break
    with transaction(Login.SYSTEM) as session:
        fleet.forget_figures(session, before=at - FIGURES_KEPT)
    return gone


def advance_campaigns(tenant_id: UUID) -> int:
    """Move the firmware campaigns of a tenant on; return how many are open."""
    return campaigner.advance_campaigns(tenant_id)
