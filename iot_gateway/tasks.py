"""Work for the worker's calendar: plain functions, each its own transactions."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from iot_gateway import campaigner, drift, fitting, lifefits, partitions, projections, retention, rollups
from iot_gateway.detect import projection
from iot_gateway.models.devices import Device
from iot_gateway.service import commands, fleet, letters
from kernel import clock
from kernel.db import Login, transaction
from kernel.log import get_logger

LETTERS_KEPT, FIGURES_KEPT = timedelta(days=90), timedelta(days=7)
LETTERS_AT_ONCE, LETTERS_A_NIGHT = 2000, 500
"""A night deletes a million letters at most, in transactions of two thousand."""

REPRESENTATIVE_SECONDS = 300.0
"""For the fits of typical devices of one tenant in a night."""

log = get_logger()


def fit_profiles(tenant_id: UUID) -> int:
    """Fit what is normal for every device of a tenant, and tell the drift; return how many series were fitted."""
    with transaction(tenant_id=tenant_id) as session:
        device_ids = session.scalars(select(Device.id).where(Device.revoked_at.is_(None)).order_by(Device.id)).all()
    fitted = 0
    days: list[drift.Day] = []
    for device_id in device_ids:
        with transaction(tenant_id=tenant_id) as session:
            fit = fitting.fit_device(session, session.get_one(Device, device_id), at=clock.now())
        fitted += fit.series
        days += fit.days
    _tell_drift(tenant_id, drift.summarise(days))
    log.info("profiles_fitted", tenant_id=str(tenant_id), devices=len(device_ids), series=fitted)
    return fitted


def _tell_drift(tenant_id: UUID, found: Sequence[drift.Drift]) -> None:
    """Store the drift, with how the level of one typical device of each metric wanders."""
    until, at = time.monotonic() + REPRESENTATIVE_SECONDS, clock.now()
    wanders: dict[tuple[str, str], float | None] = {}
    for one in found:
        if time.monotonic() < until:
            with transaction(tenant_id=tenant_id) as session:
                residuals = projections.residuals(session, one.representative, one.metric, at=at)
            wanders[one.model, one.metric] = projection.wander(residuals)
    with transaction(tenant_id=tenant_id) as session:
        drift.keep(session, found, wanders, at=at)


def forecast_cases(tenant_id: UUID, *, seconds: float = projections.TENANT_SECONDS) -> int:
    """Forecast the leading metric of the open cases of a tenant, the gravest first; return how many were asked."""
    until = time.monotonic() + min(seconds, projections.TENANT_SECONDS)
    with transaction(tenant_id=tenant_id) as session:
        waiting = projections.open_cases(session)
    done = 0
    for case_id in waiting:
        if time.monotonic() >= until:
            log.warning("forecasts_out_of_time", tenant_id=str(tenant_id), done=done, left=len(waiting) - done)
            break
        with transaction(tenant_id=tenant_id) as session:
            question = projections.asked(session, case_id)
        if question is not None:
            found = projection.project(question.values)
            with transaction(tenant_id=tenant_id) as session:
                projections.keep(session, question, found, at=clock.now())
        done += 1
    return done


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
