"""What a failure of the database means for the caller: a race that was lost, a value that does not fit, no database.

PostgreSQL's own words stay in the log: they name tables, columns and values.
"""

from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kernel.errors import Conflict, Invalid, Problem

RETRY_SECONDS = 2
UNIQUE, EXCLUDED, REFERENCE = "23505", "23P01", "23503"
DEADLOCKS = frozenset({"40001", "40P01"})
"""Serialization failure, deadlock: rolled back though nothing is wrong, so that another try may do."""
LOST_RACES = DEADLOCKS | {"55P03", "57014"}
"""And: lock not available, statement timeout."""


class AlreadyExists(Conflict):
    """Something else has one of these values already, and it must be unique."""

    slug = "already-exists"


class StillReferenced(Conflict):
    """Something else still refers to this."""

    slug = "still-referenced"


class UnknownReference(Invalid):
    """The request refers to something that does not exist."""

    slug = "unknown-reference"


class Unstorable(Invalid):
    """The request holds a value that cannot be stored."""

    slug = "unstorable-value"


class CameBetween(Problem):
    """Another change came between; try again."""

    status = 503
    slug = "came-between"


class Unavailable(Problem):
    """The database is away; try again."""

    status = 503
    slug = "unavailable"


def meaning(error: SQLAlchemyError) -> Problem | None:
    """Return what to tell the caller, or None where the failure is a bug of ours."""
    if isinstance(error, PoolTimeout):
        return _later(Unavailable)
    if not isinstance(error, DBAPIError):
        return None
    return _refusal(error) or _outage(error)


def sqlstate(error: SQLAlchemyError) -> str | None:
    """Return PostgreSQL's code of an error, where it has one."""
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    return str(code) if code else None


def _refusal(error: DBAPIError) -> Problem | None:
    state = sqlstate(error)
    if state in {UNIQUE, EXCLUDED}:
        return AlreadyExists("Somebody may have been faster: read again before trying again.")
    if state == REFERENCE:
        detail = getattr(getattr(error.orig, "diag", None), "message_detail", None) or ""
        return UnknownReference() if "is not present" in detail else StillReferenced()
    return Unstorable() if isinstance(error, DataError) else None


def _outage(error: DBAPIError) -> Problem | None:
    if sqlstate(error) in LOST_RACES:
        return _later(CameBetween)
    away = error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))
    return _later(Unavailable) if away else None


def _later(kind: type[Problem]) -> Problem:
    return kind(retry_after=RETRY_SECONDS)
