"""The map's snapshot: columns, so that five thousand orders stay small."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class Technicians(BaseModel):
    """Technicians with their last known place, or their home."""

    id: list[UUID]
    name: list[str]
    lon: list[float]
    lat: list[float]
    state: list[str]
    age_s: list[int | None]


class Orders(BaseModel):
    """Work orders that are not closed or cancelled."""

    id: list[UUID]
    number: list[str]
    lon: list[float]
    lat: list[float]
    state: list[str]
    priority: list[int]
    due_at: list[datetime | None]
    summary: list[str]


class Devices(BaseModel):
    """Devices at the place of their asset."""

    id: list[UUID]
    name: list[str]
    lon: list[float]
    lat: list[float]
    health: list[str]
    model: list[str]


class Snapshot(BaseModel):
    """Everything on the map at one moment; `seq` is where the stream goes on."""

    seq: str
    ts: datetime
    tech: Technicians
    order: Orders
    device: Devices
