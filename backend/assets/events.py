"""What the register of assets has to say."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class MeterRead(Event):
    """A meter has another reading that counts; a late one has moved the totals of the later ones, too."""

    topic: ClassVar[str] = "assets.meter_read.v1"
    reading_id: UUID
    meter_id: UUID
    asset_id: UUID
    code: str
    at: datetime
    value: Decimal
    total: Decimal | None
    """All that was counted; None for a gauge."""
    source: str


@dataclass(frozen=True, kw_only=True)
class AssetStateChanged(Event):
    """An asset is, or as it turned out was, in another state from an instant on."""

    topic: ClassVar[str] = "assets.state_changed.v1"
    asset_id: UUID
    state: str
    planned: bool | None
    at: datetime
