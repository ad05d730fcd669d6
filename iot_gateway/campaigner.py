"""Moves firmware campaigns on: looks at their devices, judges, sends the update to more of them.

Everything is a row: a sweep that dies leaves nothing half done, and the next one finds the same picture.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from iot_gateway.lifecycle import CommandState
from iot_gateway.models.devices import Device
from iot_gateway.models.firmware import CampaignDevice, FirmwareCampaign, FirmwareRelease
from iot_gateway.models.telemetry import TelemetryLast
from iot_gateway.rollout import (
    AT_WORK,
    CampaignState,
    Facts,
    Limits,
    Progress,
    UpdateState,
    Verdict,
    judge,
    observe,
)
from iot_gateway.service import campaigns, commands, firmware
from kernel import clock
from kernel.db import tenant_of, transaction

COMMAND = "update_firmware"
LOOKED_AT, SENT_AT_ONCE = 2000, 200

_OPEN = text(
    """
    SELECT id FROM firmware_campaign c WHERE c.state = 'running' OR (c.state IN ('paused', 'stopped') AND EXISTS (
        SELECT 1 FROM campaign_device d WHERE d.campaign_id = c.id AND d.state IN ('sent', 'downloading')))
    ORDER BY id LIMIT 100
    """
)
_FACTS = text(
    """
    SELECT cd.id, cd.state, l.firmware, l.boot, cd.boot_before, cd.boot_acked, k.state AS command, k.attempts,
        k.detail AS answer, k.finished_at + make_interval(secs => c.restart_seconds) <= :at AS overdue,
        (SELECT e.detail ->> 'status' FROM device_event e
         WHERE e.device_number = d.number AND e.ts >= cd.sent_at - interval '1 hour' AND e.kind = 'firmware_update'
            AND e.detail ->> 'command' = cd.command_id::text ORDER BY e.ts DESC, e.boot DESC, e.seq DESC LIMIT 1
        ) AS progress
    FROM campaign_device cd
        JOIN firmware_campaign c ON c.id = cd.campaign_id
        JOIN device d ON d.id = cd.device_id
        LEFT JOIN telemetry_last l ON l.device_number = d.number
        LEFT JOIN device_command k ON k.id = cd.command_id
    WHERE cd.campaign_id = :campaign AND (cd.state IN ('sent', 'downloading')
        OR (cd.state = 'installed' AND l.firmware IS DISTINCT FROM :version)
        OR (cd.state = 'failed' AND l.firmware = :version AND l.boot > COALESCE(cd.boot_before, -1)))
    ORDER BY cd.position LIMIT :most
    """
)
_PROGRESS = text(
    """
    SELECT count(*) AS released, count(*) FILTER (WHERE state IN ('pending', 'sent', 'downloading')) AS open,
        count(*) FILTER (WHERE state = 'failed') AS failed, max(finished_at) AS finished_at
    FROM campaign_device WHERE campaign_id = :campaign AND wave <= :wave
    """
)


def advance_campaigns(tenant_id: UUID) -> int:
    """Move every open campaign of a tenant on, each in a transaction of its own; return how many there were."""
    with transaction(tenant_id=tenant_id) as session:
        open_ids = session.scalars(_OPEN).all()
    for campaign_id in open_ids:
        with transaction(tenant_id=tenant_id) as session:
            advance(session, campaign_id, at=clock.now())
    return len(open_ids)


def advance(session: Session, campaign_id: UUID, *, at: datetime) -> None:
    """Move one campaign on; while another worker does so nothing happens."""
    row = session.scalar(
        select(FirmwareCampaign).where(FirmwareCampaign.id == campaign_id).with_for_update(skip_locked=True)
    )
    if row is None:
        return
    release = firmware.get_release(session, row.release_id)
    _look(session, row, release, at)
    if row.state is not CampaignState.RUNNING:
        return
    verdict = judge(_limits(row), _progress(session, row), at=at)
    if verdict is Verdict.STOP:
        row.detail = "too many devices failed"
        campaigns.withdraw(session, row.id, at=at)
        campaigns.move(session, row, CampaignState.STOPPED, at=at)
    elif verdict is Verdict.DONE:
        campaigns.move(session, row, CampaignState.DONE, at=at)
    else:
        if verdict is Verdict.NEXT:
            row.wave, row.wave_at = row.wave + 1, at
            campaigns.move(session, row, CampaignState.RUNNING, at=at)
        _send(session, row, release, at)


def _look(session: Session, row: FirmwareCampaign, release: FirmwareRelease, at: datetime) -> None:
    found = session.execute(_FACTS, {"campaign": row.id, "version": release.version, "at": at, "most": LOOKED_AT}).all()
    devices = {
        one.id: one
        for one in session.scalars(select(CampaignDevice).where(CampaignDevice.id.in_([f.id for f in found])))
    }
    for fact in found:
        device = devices[fact.id]
        if fact.command == CommandState.ACKED and device.boot_acked is None:
            device.boot_acked = fact.boot
        state, detail = observe(_facts(fact, release.version, device.boot_acked))
        if state is not device.state:
            device.state, device.detail = state, detail
            device.finished_at = None if state in AT_WORK else at
    session.flush()


def _facts(row: Any, wanted: str, boot_acked: int | None) -> Facts:
    return Facts(
        state=UpdateState(row.state),
        wanted=wanted,
        firmware=row.firmware,
        boot=row.boot,
        boot_before=row.boot_before,
        boot_acked=boot_acked,
        command=None if row.command is None else CommandState(row.command),
        attempts=row.attempts or 0,
        answer=row.answer,
        progress=row.progress,
        restart_overdue=bool(row.overdue),
    )


def _limits(row: FirmwareCampaign) -> Limits:
    return Limits(tuple(row.waves), timedelta(seconds=row.pause_seconds), row.max_failed_count, row.max_failed_percent)


def _progress(session: Session, row: FirmwareCampaign) -> Progress:
    counted = session.execute(_PROGRESS, {"campaign": row.id, "wave": row.wave}).one()
    begun = row.wave_at or row.created_at
    quiet_since = max(begun, counted.finished_at or begun)
    return Progress(row.wave, counted.released, counted.open, max(0, counted.failed - row.forgiven), quiet_since)


def _send(session: Session, row: FirmwareCampaign, release: FirmwareRelease, at: datetime) -> None:
    """Give the update to devices of the released waves that still wait for it, some at a time."""
    waiting = session.execute(
        select(CampaignDevice, Device.revoked_at, TelemetryLast.firmware, TelemetryLast.boot)
        .join(Device, Device.id == CampaignDevice.device_id)
        .outerjoin(TelemetryLast, TelemetryLast.device_number == Device.number)
        .where(
            CampaignDevice.campaign_id == row.id,
            CampaignDevice.state == UpdateState.PENDING,
            CampaignDevice.wave <= row.wave,
        )
        .order_by(CampaignDevice.position)
        .limit(SENT_AT_ONCE)
    ).all()
    busy = _busy(session, row.id, [device.device_id for device, *_ in waiting])
    args = {
        "version": release.version,
        "size": release.size,
        "sha256": release.sha256,
        "url": firmware.image_url(tenant_of(session), row.id),
    }
    for device, revoked_at, version, boot in waiting:
        why = _reason_to_skip(revoked=revoked_at is not None, version=version, release=release)
        if why is None and device.device_id in busy:
            why = "another update is under way"
        device.firmware_before = version
        if why is not None:
            device.state, device.detail, device.finished_at = UpdateState.SKIPPED, why, at
            continue
        command = commands.request_command(
            session,
            device.device_id,
            command=COMMAND,
            args=args,
            requested_by=row.created_by,
            lifetime=timedelta(seconds=row.lifetime_seconds),
        )
        device.state, device.sent_at, device.boot_before = UpdateState.SENT, at, boot
        device.command_id, device.boot_acked = command.id, None


def _reason_to_skip(*, revoked: bool, version: str | None, release: FirmwareRelease) -> str | None:
    if revoked:
        return "revoked"
    return f"has {release.version} already" if version == release.version else None


def _busy(session: Session, campaign_id: UUID, device_ids: list[UUID]) -> set[UUID]:
    """Return the devices that another campaign is updating."""
    return set(
        session.scalars(
            select(CampaignDevice.device_id).where(
                CampaignDevice.device_id.in_(device_ids),
                CampaignDevice.campaign_id != campaign_id,
                CampaignDevice.state.in_(AT_WORK),
            )
        )
    )
