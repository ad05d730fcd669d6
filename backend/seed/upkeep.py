"""What has been kept of the assets of the demo company: hours of running, warranties."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from backend.assets import meters, warranties
from backend.assets.meters import Read
from backend.assets.models import Asset, MeterKind, ReadingSource
from backend.assets.warranties import Terms

WARRANTY = timedelta(days=730)
READ_DAYS_AGO = (90, 60, 30, 1)


def keep(session: Session, asset: Asset, *, place: int, at: datetime) -> None:
    """Give an asset its counter of hours with some readings, and the maker's warranty; `place` makes them differ."""
    if asset.installed_on is None:
        return
    ends_on = asset.installed_on + WARRANTY
    terms = Terms(starts_on=asset.installed_on, ends_on=ends_on, labour=place % 2 == 0, parts=True, travel=False)
    warranties.add_warranty(session, asset.id, terms)
    meter = meters.create_meter(
        session,
        asset.id,
        code="run_hours",
        name="运行小时",
        unit="h",
        kind=MeterKind.CUMULATIVE,
        rolls_over_at=Decimal(100_000),
    )
    a_day = Decimal(9 + place % 13)
    for days_ago in READ_DAYS_AGO:
        read_at = at - timedelta(days=days_ago)
        value = a_day * (read_at.date() - asset.installed_on).days
        read = Read(value=value, at=read_at, source=ReadingSource.MANUAL)
        meters.record_reading(session, meter.id, read, received_at=at)
