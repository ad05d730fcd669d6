"""Queries of price lists."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.prices.models import LabourRate, PartPrice, PriceList, PriceListVersion, Purpose
from kernel.db import Tenant, tenant_of


def price_list(session: Session, price_list_id: UUID, *, lock: bool = False) -> PriceList | None:
    """Return a price list."""
    query = select(PriceList).where(PriceList.id == price_list_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


def by_code(session: Session, code: str) -> PriceList | None:
    """Return the price list with a code."""
    return session.scalar(select(PriceList).where(PriceList.code == code))


def of_purpose(session: Session, purpose: Purpose) -> PriceList | None:
    """Return the one price list of a purpose."""
    return session.scalar(select(PriceList).where(PriceList.purpose == purpose))


def listed(session: Session, *, after: tuple[str, UUID] | None, limit: int) -> Sequence[PriceList]:
    """Return price lists by name, behind a key."""
    query = select(PriceList).order_by(PriceList.name, PriceList.id).limit(limit)
    if after is not None:
        query = query.where(or_(PriceList.name > after[0], (PriceList.name == after[0]) & (PriceList.id > after[1])))
    return session.scalars(query).all()


def version(session: Session, price_list_id: UUID, number: int) -> PriceListVersion:
    """Return one version of a list."""
    return session.scalars(
        select(PriceListVersion).where(
            PriceListVersion.price_list_id == price_list_id, PriceListVersion.version == number
        )
    ).one()


def versions_by_id(session: Session, ids: Collection[UUID]) -> Sequence[PriceListVersion]:
    """Return versions by their own ids."""
    return session.scalars(select(PriceListVersion).where(PriceListVersion.id.in_(ids))).all()


def versions_of(session: Session, list_ids: Collection[UUID]) -> Sequence[PriceListVersion]:
    """Return all versions of lists, the first one first."""
    return session.scalars(
        select(PriceListVersion)
        .where(PriceListVersion.price_list_id.in_(list_ids))
        .order_by(PriceListVersion.price_list_id, PriceListVersion.version)
    ).all()


def rates(session: Session, version_ids: Collection[UUID]) -> Sequence[LabourRate]:
    """Return the prices of labour of versions, as they were written."""
    return session.scalars(
        select(LabourRate).where(LabourRate.price_list_version_id.in_(version_ids)).order_by(LabourRate.id)
    ).all()


def part_prices(session: Session, version_ids: Collection[UUID]) -> Sequence[PartPrice]:
    """Return the prices of parts of versions."""
    return session.scalars(
        select(PartPrice).where(PartPrice.price_list_version_id.in_(version_ids)).order_by(PartPrice.id)
    ).all()


def currency(session: Session) -> str:
    """Return the currency of the tenant of the transaction."""
    return session.scalars(select(Tenant.currency).where(Tenant.id == tenant_of(session))).one()
