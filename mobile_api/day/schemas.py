"""The bundle of a day, as the phone keeps it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class Day(BaseModel):
    """Visits with all that belongs to them, and the stock of the van; the members are in `docs/sync-protocol.md`."""

    technician: dict[str, Any]
    visits: list[dict[str, Any]]
    van_stock: list[dict[str, Any]]
    server_time: datetime
