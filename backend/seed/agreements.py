"""What the demo company has agreed: prices, a partner with one technician, a contract with the hospital."""

from datetime import time, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from backend.contracts import service as contracts
from backend.contracts.coverage import Kind
from backend.contracts.ledger import Cycle, Unit
from backend.outlets import service as outlets
from backend.prices import service as prices
from backend.prices.models import Purpose
from backend.prices.rates import Rate
from backend.technicians import service as technicians
from kernel import clock

NIGHT = (time(22), time(6))
COVERED = {Kind.LABOUR: 100, Kind.PARTS: 50, Kind.TRAVEL: 100, Kind.CONSUMABLES: 0}
TERM = timedelta(days=364)


def agree(session: Session, customer_id: UUID, technician_id: UUID) -> None:
    """Write down prices, a partner to whom a technician belongs, and a contract with a customer."""
    _price_list(session, "STD", "标准价目表", Purpose.STANDARD, day=120, night=200, visit=80)
    _price_list(session, "OWN", "自有人员成本", Purpose.OWN_COST, day=60, night=90, visit=0)
    partner = _price_list(session, "NORTH", "北区网点结算价", Purpose.SPECIAL, day=85, night=130, visit=30)
    draft = outlets.Draft(name="北区服务网点", region="北区", contact_name="陆经理", price_list_id=partner)
    outlet = outlets.create_outlet(session, "N-01", draft)
    technicians.set_outlet(session, technician_id, outlet_id=outlet.id)
    today = contracts.local_day(session, clock.now())
    terms = contracts.Draft(
        name="全包维保",
        starts_on=today,
        ends_on=today + TERM,
        shares=COVERED,
        entitlements={Unit.VISIT: contracts.Granted(quantity=Decimal(12), cycle=Cycle.YEAR)},
    )
    contracts.create_contract(session, customer_id, terms)


def _price_list(session: Session, code: str, name: str, purpose: Purpose, *, day: int, night: int, visit: int) -> UUID:
    starts, ends = NIGHT
    draft = prices.Draft(
        name=name,
        purpose=purpose,
        per_visit=Decimal(visit),
        per_kilometre=Decimal(2),
        travel_time_percent=50,
        parts_markup_percent=25,
        rates=[Rate(per_hour=Decimal(day)), Rate(per_hour=Decimal(night), starts=starts, ends=ends)],
    )
    return prices.create_price_list(session, code, draft).id
