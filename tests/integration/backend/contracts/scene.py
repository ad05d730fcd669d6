"""A contract with the customer of the small company."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from backend.contracts import service
from backend.contracts.coverage import Kind
from backend.contracts.models import Contract
from backend.prices import service as prices
from backend.prices.models import Purpose
from backend.prices.rates import Rate
from tests.integration.backend.work.scene import NOON, Scene

__all__ = ["COVERED", "NOON", "TODAY", "YEAR", "a_contract", "prices_of"]

TODAY = date(2026, 9, 1)
"""The local day of `NOON`."""
YEAR = timedelta(days=365)
COVERED = {Kind.LABOUR: 100, Kind.PARTS: 50, Kind.TRAVEL: 100, Kind.CONSUMABLES: 0}


def a_contract(session: Session, scene: Scene, **other: object) -> Contract:
    """Write a contract for everything of the customer, a year from the first of August on."""
    given: dict[str, object] = {
        "name": "Full service",
        "starts_on": date(2026, 8, 1),
        "ends_on": date(2027, 7, 31),
        "shares": COVERED,
        **other,
    }
    return service.create_contract(session, scene.customer, service.Draft(**given))  # type: ignore[arg-type]


def prices_of(session: Session, code: str, purpose: Purpose, per_hour: int, per_visit: int = 0) -> prices.Draft:
    """Write a price list with one price of an hour; return what it says."""
    draft = prices.Draft(
        name=code,
        purpose=purpose,
        per_visit=Decimal(per_visit),
        per_kilometre=Decimal(2),
        travel_time_percent=50,
        parts_markup_percent=25,
        rates=[Rate(per_hour=Decimal(per_hour))],
    )
    prices.create_price_list(session, code, draft)
    return draft
