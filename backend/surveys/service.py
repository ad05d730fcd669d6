"""Use cases of surveys: invite, show, answer once, remind once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.surveys import repository
from backend.surveys.errors import BadAnswer, NoSuchSurvey
from backend.surveys.errors import SurveyAnswered as AlreadyAnswered
from backend.surveys.events import SurveyAnswered
from backend.surveys.models import Survey
from backend.tickets import links
from backend.tickets import service as tickets
from kernel import jobs
from kernel.auth import hash_secret
from kernel.db import transaction
from kernel.outbox import publish

REMIND = "surveys.remind"
REMIND_AFTER = timedelta(days=2)
OPEN_FOR = timedelta(days=30)
TEXT_LIMIT = 2000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the page shows: about which ticket, and whether it was answered."""

    number: str
    summary: str
    answered: bool


def invite(session: Session, ticket_id: UUID, *, at: datetime) -> UUID | None:
    """Make the survey of a ticket; a second call makes none."""
    made = repository.add(
        session,
        {
            "ticket_id": ticket_id,
            "token_hash": hash_secret(links.survey_token(ticket_id)),
            "invited_at": at,
            "expires_at": at + OPEN_FOR,
        },
    )
    if made is not None:
        tickets.mark_invited(session, ticket_id, at=at)
        jobs.request(session, REMIND, key=str(made), due_at=at + REMIND_AFTER, body={"survey_id": str(made)})
    return made


def ask(token: str, *, at: datetime) -> Asked:
    """Return what a link asks about; the transaction is its own, since only the token says whose it is.

    Raises:
        NoSuchSurvey: the link leads nowhere, or no longer.
    """
    with transaction(tenant_id=_tenant(token)) as session:
        survey = _living(session, token, at=at)
        ticket = tickets.get_ticket(session, survey.ticket_id)
        return Asked(number=ticket.number, summary=ticket.summary, answered=survey.answered_at is not None)


def answer(token: str, *, rating: int, nps: int | None, text: str, at: datetime) -> Asked:
    """Keep the answer of a link, once.

    Raises:
        NoSuchSurvey: the link leads nowhere, or no longer.
        AlreadyAnswered: it was used before.
        BadAnswer: a figure is out of its range, or the text too long.
    """
    if not 1 <= rating <= 5 or (nps is not None and not 0 <= nps <= 10) or len(text) > TEXT_LIMIT:
        raise BadAnswer("A rating is 1 to 5, a recommendation 0 to 10.", limit=TEXT_LIMIT)
    with transaction(tenant_id=_tenant(token)) as session:
        survey = _living(session, token, at=at)
        values = {"rating": rating, "nps": nps, "text": text.strip() or None, "answered_at": at}
        if not repository.answer_once(session, survey.id, values):
            raise AlreadyAnswered("Thank you, we have your answer already.")
        ticket = tickets.get_ticket(session, survey.ticket_id)
        publish(
            session,
            SurveyAnswered(survey_id=survey.id, ticket_id=ticket.id, rating=rating, nps=nps, answered_at=at),
        )
        return Asked(number=ticket.number, summary=ticket.summary, answered=True)


def _tenant(token: str) -> UUID:
    tenant_id = repository.tenant_of_token(token)
    if tenant_id is None:
        raise NoSuchSurvey("This link leads nowhere.")
    return tenant_id


def _living(session: Session, token: str, *, at: datetime) -> Survey:
    survey = repository.of_token(session, token)
    if survey is None or survey.expires_at <= at:
        raise NoSuchSurvey("This link leads nowhere any more.")
    return survey


def remind_due(session: Session, *, at: datetime) -> list[UUID]:
    """Mark unanswered surveys as reminded, once each; return their tickets."""
    rows = repository.unanswered(session, invited_before=at - REMIND_AFTER, at=at, limit=200)
    for survey in rows:
        survey.reminded_at = at
    return [survey.ticket_id for survey in rows]


def list_surveys(session: Session, *, after: UUID | None, limit: int) -> Sequence[Survey]:
    """Return surveys, the latest first, behind one."""
    return repository.listed(session, after=after, limit=limit)
