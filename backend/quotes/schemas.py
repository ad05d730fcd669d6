"""Bodies and answers of quotes."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from backend.contracts.coverage import Kind
from backend.quotes import links
from backend.quotes.models import OnRefusal, Quote, QuoteLine, QuoteState
from backend.quotes.service import Draft, Line
from kernel.fields import Body, Figure, Instant, OptionalLine, Out, Paid, Prose
from kernel.fields import Line as Words


class QuoteLineIn(Body):
    """One line of a quote."""

    kind: Kind
    text: OptionalLine = ""
    quantity: Annotated[Decimal, Field(gt=0, max_digits=10, decimal_places=4)]
    unit: OptionalLine = ""
    unit_price: Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=4)]
    part_id: UUID | None = None


class QuoteIn(Body):
    """What is offered, until when, and what becomes of the order if it is refused."""

    lines: Annotated[tuple[QuoteLineIn, ...], Field(max_length=100)]
    valid_until: Instant
    on_refusal: OnRefusal = OnRefusal.LEAVE
    note: Prose = ""

    def draft(self) -> Draft:
        """Return it as the service takes it."""
        return Draft(
            lines=[Line(**line.model_dump()) for line in self.lines],
            valid_until=self.valid_until,
            on_refusal=self.on_refusal,
            note=self.note,
        )


class QuoteChange(QuoteIn):
    """What is offered from now on."""

    version: Annotated[int, Field(ge=1)]


class QuoteAction(StrEnum):
    """What is done with a quote."""

    SEND = "send"
    WITHDRAW = "withdraw"


class QuoteActionIn(Body):
    """What is to be done with a quote."""

    action: QuoteAction


class AnswerIn(Body):
    """What a customer has said, taken down by somebody of the staff."""

    accepted: bool
    name: Words
    note: Words


class QuoteLineOut(Out):
    """One line of a quote."""

    kind: Kind
    text: str
    part_id: UUID | None
    quantity: Figure
    unit: str
    unit_price: Figure
    amount: Paid


class ProposedLine(Out):
    """A line as it would be quoted by the price list."""

    kind: Kind
    text: str
    part_id: UUID | None
    quantity: Figure
    unit: str
    unit_price: Figure


class QuoteHead(Out):
    """A quote in a list."""

    id: UUID
    number: str
    work_order_id: UUID
    work_order_number: str
    customer_name: str
    state: QuoteState
    currency: str
    total: Paid
    on_refusal: OnRefusal
    valid_until: datetime
    note: str
    sent_at: datetime | None
    decided_at: datetime | None
    decided_name: str | None
    decision_note: str
    version: int
    url: str | None
    """Where the customer answers, once it was sent."""

    @classmethod
    def of(cls, row: Quote, *, order_number: str, customer_name: str) -> "QuoteHead":
        """Return the answer for a quote."""
        return cls(
            id=row.id,
            number=row.number,
            work_order_id=row.work_order_id,
            work_order_number=order_number,
            customer_name=customer_name,
            state=row.state,
            currency=row.currency,
            total=row.total,
            on_refusal=row.on_refusal,
            valid_until=row.valid_until,
            note=row.note,
            sent_at=row.sent_at,
            decided_at=row.decided_at,
            decided_name=row.decided_name,
            decision_note=row.decision_note,
            version=row.version,
            url=links.url(row.id) if row.token_hash else None,
        )


class QuoteOut(QuoteHead):
    """A quote with its lines."""

    lines: list[QuoteLineOut]

    @classmethod
    def whole(cls, head: QuoteHead, lines: list[QuoteLine]) -> "QuoteOut":
        """Return the answer for a quote with its lines."""
        return cls(**head.model_dump(), lines=[QuoteLineOut.model_validate(line) for line in lines])
