"""The public page of a survey, and the list of answers for the staff."""

import base64
import hashlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Header, Path
from fastapi.responses import HTMLResponse

from backend.surveys import page, service
from backend.surveys.errors import BadAnswer, NoSuchSurvey, SurveyAnswered
from backend.surveys.schemas import SurveyPage
from kernel import clock, http
from kernel.auth import OFFICE, PUBLIC
from kernel.http import Db, problems
from kernel.paging import DEFAULT_LIMIT, Cursor, Limit, cut, decode_cursor, encode_cursor

router = http.router("surveys")

ACCESS = {"show_survey": PUBLIC, "answer_survey": PUBLIC, "list_surveys": OFFICE}

Token = Annotated[str, Path(min_length=20, max_length=100, pattern="^[A-Za-z0-9_-]+$")]
Language = Annotated[str | None, Header(alias="Accept-Language", max_length=500)]
_STYLE_HASH = base64.b64encode(hashlib.sha256(page.STYLE.encode()).digest()).decode()
_HEADERS = {name: value.replace("{style}", _STYLE_HASH) for name, value in page.HEADERS.items()}


def _html(body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(body, status, headers=_HEADERS)


@router.get("/survey/{token}", response_class=HTMLResponse, responses=problems(NoSuchSurvey))
def show_survey(token: Token, accept_language: Language = None) -> HTMLResponse:
    """Show the survey of a link."""
    text = page.words(accept_language)
    try:
        asked = service.ask(token, at=clock.now())
    except NoSuchSurvey:
        return _html(page.notice(text, text.gone), NoSuchSurvey.status)
    if asked.answered:
        return _html(page.notice(text, text.used))
    return _html(page.form(text, number=asked.number, summary=asked.summary))


@router.post(
    "/survey/{token}", response_class=HTMLResponse, responses=problems(NoSuchSurvey, SurveyAnswered, BadAnswer)
)
def answer_survey(
    token: Token,
    rating: Annotated[int, Form(ge=1, le=5)],
    *,
    nps: Annotated[str, Form(max_length=2)] = "",
    text: Annotated[str, Form(max_length=4000)] = "",
    accept_language: Language = None,
) -> HTMLResponse:
    """Keep the answer of a link, once."""
    said = page.words(accept_language)
    try:
        service.answer(
            token,
            rating=rating,
            nps=int(nps) if nps.isascii() and nps.isdigit() else None,
            text=text[: service.TEXT_LIMIT],
            at=clock.now(),
        )
    except NoSuchSurvey:
        return _html(page.notice(said, said.gone), NoSuchSurvey.status)
    except SurveyAnswered:
        return _html(page.notice(said, said.used), SurveyAnswered.status)
    return _html(page.notice(said, said.thanks))


@router.get("/api/v1/surveys", response_model=SurveyPage)
def list_surveys(db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> dict[str, Any]:
    """List surveys with their answers, the latest first."""
    after = UUID(decode_cursor(cursor, parts=1)[0]) if cursor else None
    rows, more = cut(service.list_surveys(db, after=after, limit=limit + 1), limit)
    return {"items": rows, "next_cursor": encode_cursor(rows[-1].id) if more else None}
