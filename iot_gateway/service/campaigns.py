"""Firmware campaigns: drafted, started, paused, stopped and resumed by people; the sweep moves them on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from iot_gateway.errors import CampaignNotFound, DeviceNotFound, EmptyCampaign, IllegalCampaignChange
from iot_gateway.events import CampaignChanged
from iot_gateway.lifecycle import CommandState
from iot_gateway.models.devices import Device, DeviceCommand, DeviceContext
from iot_gateway.models.firmware import CampaignDevice, FirmwareCampaign, FirmwareRelease
from iot_gateway.rollout import (
    AT_WORK,
    CAMPAIGN_STEPS,
    CampaignAction,
    CampaignState,
    UpdateState,
    fault_of_waves,
    order_of,
    wave_ends,
    wave_of,
)
from iot_gateway.service import commands, firmware
from kernel import outbox
from kernel.db import tenant_of
from kernel.errors import Invalid
from kernel.ids import new_id

MOST_DEVICES = 100_000


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a campaign shall do; without group, site and devices it is for all devices of the release's model."""

    release_id: UUID
    name: str
    waves: Sequence[int] = (5, 25, 100)
    pause_seconds: int = 3600
    lifetime_seconds: int = 86_400
    restart_seconds: int = 600
    max_failed_count: int | None = None
    max_failed_percent: float | None = 10.0
    group: str | None = None
    site: str | None = None
    device_ids: Sequence[UUID] | None = None


@dataclass(frozen=True)
class CampaignView:
    """A campaign with its release and how many devices stand where, in all and wave by wave."""

    campaign: FirmwareCampaign
    release: FirmwareRelease
    counts: Mapping[UpdateState, int]
    wave_counts: Sequence[Mapping[UpdateState, int]]


def create_campaign(session: Session, draft: Draft, *, by: UUID | None = None) -> FirmwareCampaign:
    """Keep a campaign as a draft.

    Raises:
        ReleaseNotFound: there is no such release.
        DeviceNotFound: one of the devices does not exist.
        Invalid: the waves do not rise to 100 percent.
    """
    firmware.get_release(session, draft.release_id)
    fault = fault_of_waves(draft.waves)
    if fault is not None:
        raise Invalid(fault, field="waves")
    if draft.device_ids is not None:
        wanted = set(draft.device_ids)
        known = set(session.scalars(select(Device.id).where(Device.id.in_(wanted))))
        if wanted - known:
            raise DeviceNotFound("No device has this id.", device_id=min(wanted - known))
    target = {
        "group": draft.group,
        "site": draft.site,
        "device_ids": None if draft.device_ids is None else sorted(str(one) for one in set(draft.device_ids)),
    }
    row = FirmwareCampaign(
        release_id=draft.release_id,
        name=draft.name,
        state=CampaignState.DRAFT,
        target={key: value for key, value in target.items() if value is not None},
        waves=list(draft.waves),
        pause_seconds=draft.pause_seconds,
        lifetime_seconds=draft.lifetime_seconds,
        restart_seconds=draft.restart_seconds,
        max_failed_count=draft.max_failed_count,
        max_failed_percent=draft.max_failed_percent,
        created_by=by,
        tenant_id=tenant_of(session),
    )
    session.add(row)
    session.flush()
    return row


def act_on_campaign(session: Session, campaign_id: UUID, action: CampaignAction, *, at: datetime) -> FirmwareCampaign:
    """Start, pause, resume or stop a campaign; pausing and stopping withdraw what has not gone out.

    Raises:
        CampaignNotFound: there is none.
        IllegalCampaignChange: its state does not allow this.
        EmptyCampaign: it would start, and no device fits its target.
    """
    row = session.get(FirmwareCampaign, campaign_id, with_for_update=True)
    if row is None:
        raise CampaignNotFound("No campaign has this id.", campaign_id=campaign_id)
    after = CAMPAIGN_STEPS.get((row.state, action))
    if after is None:
        raise IllegalCampaignChange(f"A campaign that is {row.state} cannot {action}.", state=row.state)
    if action is CampaignAction.START:
        _enlist(session, row)
        row.started_at = row.wave_at = at
    elif action is CampaignAction.RESUME:
        failed = select(func.count()).where(
            CampaignDevice.campaign_id == campaign_id, CampaignDevice.state == UpdateState.FAILED
        )
        row.forgiven, row.detail = session.scalars(failed).one(), None
    else:
        withdraw(session, campaign_id, at=at)
    move(session, row, after, at=at)
    return row


def move(session: Session, row: FirmwareCampaign, state: CampaignState, *, at: datetime) -> None:
    """Put a campaign into a state and publish it."""
    row.state = state
    row.finished_at = at if state is CampaignState.DONE else None
    outbox.publish(session, CampaignChanged(campaign_id=row.id, state=state.value, wave=row.wave, at=at))


def withdraw(session: Session, campaign_id: UUID, *, at: datetime) -> None:
    """Take back the commands of a campaign that no gateway has begun to send; their devices wait again."""
    rows = session.execute(
        select(CampaignDevice, DeviceCommand.id)
        .join(DeviceCommand, DeviceCommand.id == CampaignDevice.command_id)
        .where(
            CampaignDevice.campaign_id == campaign_id,
            CampaignDevice.state.in_(AT_WORK),
            DeviceCommand.state == CommandState.QUEUED,
            DeviceCommand.attempts == 0,
        )
        .order_by(DeviceCommand.id)
        .with_for_update(of=DeviceCommand)
    ).all()
    for device, command_id in rows:
        commands.cancel_command(session, command_id, at=at)
        device.state, device.command_id, device.sent_at = UpdateState.PENDING, None, None


def campaign_view(session: Session, campaign_id: UUID) -> CampaignView:
    """Return a campaign with its progress.

    Raises:
        CampaignNotFound: there is none.
    """
    row = session.get(FirmwareCampaign, campaign_id)
    if row is None:
        raise CampaignNotFound("No campaign has this id.", campaign_id=campaign_id)
    return _views(session, [row])[0]


def list_campaigns(session: Session, *, before: UUID | None = None, limit: int = 50) -> Sequence[CampaignView]:
    """Return campaigns, newest first, behind `before`."""
    query = select(FirmwareCampaign)
    if before is not None:
        query = query.where(FirmwareCampaign.id < before)
    return _views(session, session.scalars(query.order_by(FirmwareCampaign.id.desc()).limit(limit)).all())


def list_campaign_devices(
    session: Session,
    campaign_id: UUID,
    *,
    state: UpdateState | None = None,
    wave: int | None = None,
    after: int = -1,
    limit: int = 50,
) -> Sequence[tuple[CampaignDevice, str]]:
    """Return the devices of a campaign with their names, in their order, behind a position.

    Raises:
        CampaignNotFound: there is none.
    """
    campaign_view(session, campaign_id)
    query = (
        select(CampaignDevice, Device.name)
        .join(Device, Device.id == CampaignDevice.device_id)
        .where(CampaignDevice.campaign_id == campaign_id, CampaignDevice.position > after)
    )
    if state is not None:
        query = query.where(CampaignDevice.state == state)
    if wave is not None:
        query = query.where(CampaignDevice.wave == wave)
    return [(row[0], row[1]) for row in session.execute(query.order_by(CampaignDevice.position).limit(limit))]


def _enlist(session: Session, row: FirmwareCampaign) -> None:
    """Take in the devices that fit the target now, in the campaign's own order."""
    release = firmware.get_release(session, row.release_id)
    query = (
        select(Device.id)
        .outerjoin(DeviceContext, DeviceContext.device_id == Device.id)
        .where(Device.model == release.model, Device.revoked_at.is_(None))
    )
    if "group" in row.target:
        query = query.where(DeviceContext.group_path.startswith(row.target["group"], autoescape=True))
    if "site" in row.target:
        query = query.where(DeviceContext.site_key == row.target["site"])
    if "device_ids" in row.target:
        query = query.where(Device.id.in_([UUID(one) for one in row.target["device_ids"]]))
    found = session.scalars(query.limit(MOST_DEVICES + 1)).all()
    if not found:
        raise EmptyCampaign(f"No {release.model} fits.")
    if len(found) > MOST_DEVICES:
        raise Invalid(f"A campaign has at most {MOST_DEVICES} devices.", field="target")
    ends = wave_ends(len(found), row.waves)
    values = [
        {
            "id": new_id(),
            "campaign_id": row.id,
            "device_id": device_id,
            "position": position,
            "wave": wave_of(position, ends),
            "state": UpdateState.PENDING,
        }
        for position, device_id in enumerate(sorted(found, key=lambda one: order_of(row.id, one)))
    ]
    session.execute(insert(CampaignDevice), values)
    session.execute(
        update(FirmwareCampaign).where(FirmwareCampaign.id == row.id).values(device_count=len(values), wave=0)
    )


def _views(session: Session, rows: Sequence[FirmwareCampaign]) -> list[CampaignView]:
    ids = [row.id for row in rows]
    counted = session.execute(
        select(CampaignDevice.campaign_id, CampaignDevice.wave, CampaignDevice.state, func.count())
        .where(CampaignDevice.campaign_id.in_(ids))
        .group_by(CampaignDevice.campaign_id, CampaignDevice.wave, CampaignDevice.state)
    ).all()
    waves = {row.id: [dict.fromkeys(UpdateState, 0) for _ in row.waves] for row in rows}
    for campaign_id, wave, state, count in counted:
        waves[campaign_id][wave][state] = count
    return [
        CampaignView(row, firmware.get_release(session, row.release_id), _sum(waves[row.id]), waves[row.id])
        for row in rows
    ]


def _sum(waves: Sequence[Mapping[UpdateState, int]]) -> dict[UpdateState, int]:
    return {state: sum(wave[state] for wave in waves) for state in UpdateState}
