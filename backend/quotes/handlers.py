"""Whom quotes tell of the customer's answer."""

from sqlalchemy.orm import Session

from backend.notifications import service as notifications
from backend.notifications.service import Words
from backend.quotes import service
from backend.quotes.events import QuoteDecided
from backend.quotes.models import QuoteState

SAID = {
    QuoteState.ACCEPTED: ("客户已同意报价", "The customer accepted the quote"),
    QuoteState.REFUSED: ("客户不同意报价", "The customer refused the quote"),
    QuoteState.EXPIRED: ("报价已过期，无人答复", "Nobody answered the quote in time"),
}


def tell_author(session: Session, event: QuoteDecided) -> None:
    """Tell whoever wrote a quote what became of it; a second delivery sends no second message."""
    quote, _ = service.get_quote(session, event.quote_id)
    if quote.author_id is None or quote.author_id == quote.decided_by:
        return
    title_zh, title_en = SAID[QuoteState(event.state)]
    body = (
        f"{quote.number} · {quote.currency} {quote.total:f} · {quote.decided_name or ''} {quote.decision_note}".strip()
    )
    notifications.notify(
        session,
        key=f"quote_decided:{quote.id}",
        kind="quote.decided",
        words=Words(title_zh=title_zh, title_en=title_en, body_zh=body, body_en=body),
        user_ids=[quote.author_id],
        data={"quote_id": str(quote.id), "work_order_id": str(quote.work_order_id)},
        at=event.decided_at,
    )
