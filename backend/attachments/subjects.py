"""What files may be attached to, and how each is looked up."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.customers import service as customers
from backend.tickets import service as tickets
from backend.work.service import views as work


class SubjectKind(StrEnum):
    """A kind of thing that has files."""

    WORK_ORDER = "work_order"
    VISIT = "visit"
    TICKET = "ticket"
    ASSET = "asset"
    SITE = "site"
    CUSTOMER = "customer"


LOOK_UP: Mapping[SubjectKind, Callable[[Session, UUID], object]] = {
    SubjectKind.WORK_ORDER: work.get_order,
    SubjectKind.VISIT: work.get_visit,
    SubjectKind.TICKET: tickets.get_ticket,
    SubjectKind.ASSET: assets.get_asset,
    SubjectKind.SITE: customers.get_site,
    SubjectKind.CUSTOMER: customers.get_customer,
}
"""Each raises the refusal of its room where there is no such thing."""
