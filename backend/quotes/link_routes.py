"""The public page of a quote."""

from typing import Annotated, Literal

from fastapi import Form, Header, Path
from fastapi.responses import HTMLResponse

from backend.quotes import page, service
from backend.quotes.errors import QuoteLinkDead, QuoteSettled
from backend.quotes.service import Answer
from kernel import clock, http
from kernel.auth import PUBLIC
from kernel.fields import Line, Prose
from kernel.http import problems

router = http.router("quote-links")

ACCESS = {"show_quote": PUBLIC, "answer_quote": PUBLIC}

Token = Annotated[str, Path(min_length=20, max_length=100, pattern="^[A-Za-z0-9_-]+$")]
Language = Annotated[str | None, Header(alias="Accept-Language", max_length=500)]


def _html(body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(body, status, headers=page.HEADERS)


@router.get("/quote/{token}", response_class=HTMLResponse, responses=problems(QuoteLinkDead))
def show_quote(token: Token, accept_language: Language = None) -> HTMLResponse:
    """Show the quote of a link."""
    text = page.words(accept_language)
    try:
        return _html(page.quote(text, service.show(token, at=clock.now())))
    except QuoteLinkDead:
        return _html(page.gone(text), QuoteLinkDead.status)


@router.post("/quote/{token}", response_class=HTMLResponse, responses=problems(QuoteLinkDead, QuoteSettled))
def answer_quote(
    token: Token,
    decision: Annotated[Literal["accept", "refuse"], Form()],
    name: Annotated[Line, Form()],
    *,
    note: Annotated[Prose, Form()] = "",
    accept_language: Language = None,
) -> HTMLResponse:
    """Take the answer of a link, once."""
    text, at = page.words(accept_language), clock.now()
    answer = Answer(accepted=decision == "accept", name=name, note=note.strip()[:500])
    try:
        return _html(page.quote(text, service.answer_by_link(token, answer, at=at)))
    except QuoteLinkDead:
        return _html(page.gone(text), QuoteLinkDead.status)
    except QuoteSettled:
        return _html(page.quote(text, service.show(token, at=at)), QuoteSettled.status)
