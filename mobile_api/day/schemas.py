"""The bundle of a day, as the phone keeps it."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel


class PartLine(BaseModel):
    """A part and how much of it."""

    part_id: UUID
    part_number: str
    part_name: str
    unit: str
    quantity: Decimal
    serial_tracked: bool


class HeldPart(PartLine):
    """A part reserved for the visit, and where it lies."""

    location_id: UUID
    location_name: str
    state: str


class UsedPart(PartLine):
    """A part that the visit took; `old_serial` is what it replaced."""

    serial: str | None
    old_serial: str | None


class Component(PartLine):
    """A serialised part inside the asset now."""

    serial: str
    place: str


class Failure(BaseModel):
    """What failed on the asset before."""

    at: datetime
    mode: str
    cause: str
    activity: str
    note: str


class Meter(BaseModel):
    """What counts or shows the use of an asset."""

    id: UUID
    code: str
    name: str
    unit: str
    kind: str


class AssetOut(BaseModel):
    """What is to be worked on, with its parts and its history."""

    id: UUID
    asset_no: str
    name: str
    path: list[str]
    maker: str | None
    model: str | None
    serial: str | None
    criticality: str
    state: str
    device_id: UUID | None
    components: list[Component]
    meters: list[Meter]
    history: list[Failure]


class OrderOut(BaseModel):
    """The work order behind a visit; `evidence` is what telemetry said."""

    id: UUID
    number: str
    state: str
    version: int
    priority: int
    work_type: str
    summary: str
    description: str
    skill: str
    skill_level: int
    due_at: datetime | None
    case_id: UUID | None
    evidence: dict[str, Any] | None
    signature_required: bool
    """Who signed is told at completion, else it is refused."""


class SiteOut(BaseModel):
    """Where to go, and how to get in."""

    id: UUID
    name: str
    address: str
    lon: float
    lat: float
    access_notes: str


class ContactOut(BaseModel):
    """Whom to call."""

    name: str
    title: str | None
    phone: str | None


class CustomerOut(BaseModel):
    """Whose asset it is; the primary contact comes first."""

    id: UUID
    name: str
    phone: str | None
    contacts: list[ContactOut]


class ChecklistOut(BaseModel):
    """What has to be answered before the visit is complete."""

    id: UUID
    code: str
    version: int
    name_zh: str
    name_en: str
    items: list[dict[str, Any]]


class AnswerOut(BaseModel):
    """An answer given; `passed` is null for an item without limits."""

    item: str
    value: bool | str
    unit: str | None
    note: str | None
    passed: bool | None


class NoteOut(BaseModel):
    """A remark on the visit."""

    text: str
    actor: str
    occurred_at: datetime


class VisitOut(BaseModel):
    """A visit with everything that belongs to it."""

    id: UUID
    version: int
    visit_no: int
    state: str
    lead: bool
    planned_start: datetime
    planned_end: datetime
    travel_seconds: int
    outcome: str | None
    dispatched_at: datetime | None
    accepted_at: datetime | None
    travel_started_at: datetime | None
    arrived_at: datetime | None
    work_started_at: datetime | None
    ended_at: datetime | None
    order: OrderOut
    site: SiteOut
    customer: CustomerOut
    asset: AssetOut | None
    checklist: ChecklistOut | None
    answers: list[AnswerOut]
    expected_parts: list[PartLine]
    reservations: list[HeldPart]
    parts_used: list[UsedPart]
    notes: list[NoteOut]


class VanLine(BaseModel):
    """What the van holds of one part in one condition."""

    part_id: UUID
    part_number: str
    part_name: str
    unit: str
    gtin: str | None
    serial_tracked: bool
    condition: str
    on_hand: Decimal
    free: Decimal
    serials: list[str]


class TechnicianOut(BaseModel):
    """Whose day it is."""

    id: UUID
    name: str


class Day(BaseModel):
    """Open visits and those just over with all that belongs to them, and the stock of the van."""

    technician: TechnicianOut
    visits: list[VisitOut]
    van_stock: list[VanLine]
    server_time: datetime
