"""Tables of playbooks, the trials they led to, and each step of a trial."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.assets.models import Criticality
from backend.playbooks.lifecycle import TrialState, TrialStep
from kernel.db import TenantRow, refers, tenant_args

UNDER_WAY = "state IN ('commanded', 'proving')"


class Playbook(TenantRow):
    """What is tried from afar for a failure group of a device model, on which condition, and what proves it."""

    __tablename__ = "playbook"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "model", "failure_group"),
        CheckConstraint("severity_at_most BETWEEN 1 AND 4", name="severity_1_to_4"),
        CheckConstraint("command_seconds BETWEEN 1 AND 86400", name="command_within_a_day"),
        CheckConstraint("proof_samples > 0 AND proof_seconds >= 0", name="proof_positive"),
        CheckConstraint("proof_limit_seconds > proof_seconds", name="limit_longer_than_proof"),
        CheckConstraint("rest_hours >= 0", name="rest_not_negative"),
    )

    name: Mapped[str]
    model: Mapped[str]
    failure_group: Mapped[str]
    active: Mapped[bool]
    severity_at_most: Mapped[int]
    most_critical: Mapped[Criticality]
    cold_start: Mapped[bool]
    command: Mapped[str]
    args: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    command_seconds: Mapped[int]
    """So long the device may take to obey."""
    proof_samples: Mapped[int]
    """So many samples have to lie within the band ..."""
    proof_seconds: Mapped[int]
    """... over so long a time at least ..."""
    proof_limit_seconds: Mapped[int]
    """... and so soon after the device has obeyed."""
    rest_hours: Mapped[int]
    """So long after a trial the same fault of the same device goes to people."""
    version: Mapped[int] = mapped_column(default=1)


class Trial(TenantRow):
    """One use of a playbook for one case, with what it asked for at that time."""

    __tablename__ = "playbook_trial"
    __table_args__ = tenant_args(
        refers("playbook_id", "playbook"),
        refers("ticket_id", "ticket"),
        Index("uq_playbook_trial_case", "tenant_id", "case_id", unique=True, postgresql_where=text(UNDER_WAY)),
        Index("uq_playbook_trial_command", "command_id", unique=True),
        Index("ix_playbook_trial_due", "tenant_id", "due_at", postgresql_where=text(UNDER_WAY)),
        Index("ix_playbook_trial_rest", "tenant_id", "device_id", "failure_group", "begun_at"),
        Index("ix_playbook_trial_playbook", "tenant_id", "playbook_id", "id"),
    )

    playbook_id: Mapped[UUID]
    ticket_id: Mapped[UUID]
    case_id: Mapped[UUID]
    """The gateway's case; opaque here."""
    device_id: Mapped[UUID]
    """The gateway's device; opaque here."""
    failure_group: Mapped[str]
    severity_at_most: Mapped[int]
    command_id: Mapped[UUID]
    """The gateway's command; opaque here."""
    command: Mapped[str]
    args: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    proof_samples: Mapped[int]
    proof_seconds: Mapped[int]
    proof_limit_seconds: Mapped[int]
    state: Mapped[TrialState]
    reason: Mapped[TrialStep | None]
    """The step that ended it."""
    begun_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """When the sweeper looks what has become of it."""
    ended_at: Mapped[datetime | None]


class TrialEvent(TenantRow):
    """One step of a trial, never changed."""

    __tablename__ = "playbook_trial_event"
    __table_args__ = tenant_args(
        refers("trial_id", "playbook_trial"),
        UniqueConstraint("tenant_id", "trial_id", "seq"),
        info={"append_only": True},
    )

    trial_id: Mapped[UUID]
    seq: Mapped[int]
    step: Mapped[TrialStep]
    state: Mapped[TrialState]
    at: Mapped[datetime]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
