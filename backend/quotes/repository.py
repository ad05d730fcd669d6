"""Queries of quotes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.quotes.models import Quote, QuoteLine, QuoteState
from kernel.auth import hash_secret
from kernel.db import Login, transaction


def tenant_of_token(token: str) -> UUID | None:
    """Return whose quote a token opens: the one look-up that no tenant can be named for."""
    with transaction(Login.SYSTEM) as session:
        return session.scalar(select(Quote.tenant_id).where(Quote.token_hash == hash_secret(token)))


def of_token(session: Session, token: str) -> Quote | None:
    """Return the quote that a token opens."""
    return session.scalar(select(Quote).where(Quote.token_hash == hash_secret(token)))


def quote(session: Session, quote_id: UUID, *, lock: bool = False) -> Quote | None:
    """Return a quote, as it stands now if it is locked."""
    query = select(Quote).where(Quote.id == quote_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


def undecided(session: Session, work_order_id: UUID) -> Quote | None:
    """Return the quote of an order that nobody has decided on."""
    return session.scalar(
        select(Quote).where(Quote.work_order_id == work_order_id, Quote.state.in_((QuoteState.DRAFT, QuoteState.SENT)))
    )


def lines(session: Session, quote_ids: Collection[UUID]) -> dict[UUID, list[QuoteLine]]:
    """Return the lines of quotes in their order, by quote."""
    found: dict[UUID, list[QuoteLine]] = {key: [] for key in quote_ids}
    query = select(QuoteLine).where(QuoteLine.quote_id.in_(quote_ids)).order_by(QuoteLine.quote_id, QuoteLine.position)
    for row in session.scalars(query):
        found[row.quote_id].append(row)
    return found


def drop_lines(session: Session, quote_id: UUID) -> None:
    """Delete the lines of a draft."""
    session.execute(delete(QuoteLine).where(QuoteLine.quote_id == quote_id))


def listed(
    session: Session, *, work_order_id: UUID | None, state: QuoteState | None, after: UUID | None, limit: int
) -> Sequence[Quote]:
    """Return quotes, the latest first, behind one."""
    query = select(Quote).order_by(Quote.id.desc()).limit(limit)
    if work_order_id is not None:
        query = query.where(Quote.work_order_id == work_order_id)
    if state is not None:
        query = query.where(Quote.state == state)
    if after is not None:
        query = query.where(Quote.id < after)
    return session.scalars(query).all()


def accepted(session: Session, work_order_ids: Collection[UUID]) -> Sequence[Quote]:
    """Return what customers have agreed to pay for orders."""
    return session.scalars(
        select(Quote).where(Quote.work_order_id.in_(work_order_ids), Quote.state == QuoteState.ACCEPTED)
    ).all()


def out_of_date(session: Session, *, at: datetime, limit: int) -> Sequence[Quote]:
    """Return quotes that nobody answered in time, locked."""
    return session.scalars(
        select(Quote)
        .where(Quote.state == QuoteState.SENT, Quote.valid_until <= at)
        .order_by(Quote.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
