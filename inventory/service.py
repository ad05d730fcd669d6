"""What the stock engine offers to the rooms above: `from inventory import service as stock`.

Parts and places are in `catalogue`, moves in `movements`, holds and planned demand in `reservations`, reading in
`views` and `books`. All of them run in the caller's transaction, and every write carries a `client_op_id`: the same
operation again returns what it wrote, another content under the same id is refused.
"""

from inventory.books import Discrepancy, check_balances
from inventory.catalogue import (
    Store,
    create_location,
    create_part,
    location_by_code,
    locations_by_id,
    own_place,
    parts_by_id,
    parts_by_number,
    stores,
)
from inventory.costing import Used, average_costs, used_for
from inventory.ledger import STORES, Condition, LocationKind, MoveKind, ReservationState
from inventory.movements import Swap, adjust, issue, receive, reverse, swap, take_back, transfer
from inventory.reservations import (
    Availability,
    DemandLine,
    Want,
    availability,
    expire,
    keep_until,
    list_demand,
    plan_demand,
    planned_demand,
    release,
    release_reservation,
    reservations_of,
    reserve,
    reserve_all,
    tenants_with_expired,
    withdraw_demand,
)
from inventory.views import StockLine, move_lines, van_stock

__all__ = [
    "STORES",
    "Availability",
    "Condition",
    "DemandLine",
    "Discrepancy",
    "LocationKind",
    "MoveKind",
    "ReservationState",
    "StockLine",
    "Store",
    "Swap",
    "Used",
    "Want",
    "adjust",
    "availability",
    "average_costs",
    "check_balances",
    "create_location",
    "create_part",
    "expire",
    "issue",
    "keep_until",
    "list_demand",
    "location_by_code",
    "locations_by_id",
    "move_lines",
    "own_place",
    "parts_by_id",
    "parts_by_number",
    "plan_demand",
    "planned_demand",
    "receive",
    "release",
    "release_reservation",
    "reservations_of",
    "reserve",
    "reserve_all",
    "reverse",
    "stores",
    "swap",
    "take_back",
    "tenants_with_expired",
    "transfer",
    "used_for",
    "van_stock",
    "withdraw_demand",
]
