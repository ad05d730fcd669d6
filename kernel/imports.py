"""Rows of a file become rows of the database: tried first, told row by row, the same file twice changes nothing.

A room describes its table (`Template`: a body for the row, the titles of its columns) and gives the use case that
puts one row away. Every row has a savepoint of its own; a file with a bad row changes nothing unless the caller
takes the good ones, and a dry run changes nothing at all. Because the trial is the real thing rolled back, it
finds what only the database knows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kernel import sheets
from kernel.errors import Invalid, Problem
from kernel.failures import LOST_RACES, meaning, sqlstate
from kernel.fields import Body

RowT = TypeVar("RowT", bound=Body)
MOST_TOLD = 500


class NoSuchColumn(Invalid):
    """The table lacks a column, or has one that is not known."""

    slug = "wrong-columns"


class Outcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class RowProblem(BaseModel):
    """Why a row was not taken."""

    row: int
    """As a spreadsheet numbers it; the header is row 1."""
    column: str | None
    text: str


class ImportReport(BaseModel):
    """What an import did, or would do."""

    dry_run: bool
    applied: bool
    rows: int
    created: int
    updated: int
    unchanged: int
    failed: int
    problems: list[RowProblem]
    """At most the first 500."""


@dataclass(frozen=True)
class Template(Generic[RowT]):
    """A table that can be imported and exported."""

    name: str
    row: type[RowT]
    titles: Mapping[str, tuple[str, str]]
    """Field of the row -> its titles in Chinese and English; the field's own name is understood too."""

    def header(self, locale: str) -> list[str]:
        """Return the titles of the columns."""
        return [titles[0 if locale == "zh" else 1] for titles in self.titles.values()]

    def fields(self, header: Sequence[str]) -> dict[int, str]:
        """Return which column holds which field.

        Raises:
            NoSuchColumn: a title is not known or stands for a field twice, or a field that must be there is not.
        """
        known = {title.casefold(): field for field, titles in self.titles.items() for title in (field, *titles)}
        found: dict[int, str] = {}
        for index, title in enumerate(header):
            field = known.get(title.casefold())
            if field is None or field in found.values():
                raise NoSuchColumn(
                    f"The column '{title[:100]}' is not known or is there twice.",
                    known=[*self.titles],
                    column=title[:100],
                )
            found[index] = field
        required = {name for name, field in self.row.model_fields.items() if field.is_required()}
        if missing := sorted(required - set(found.values())):
            raise NoSuchColumn(f"The table lacks the column '{missing[0]}'.", missing=missing)
        return found


def run(
    session: Session,
    data: bytes,
    template: Template[RowT],
    put: Callable[[Session, RowT], Outcome],
    *,
    dry_run: bool,
    take_good_rows: bool = False,
) -> ImportReport:
    """Put the rows of a file away one by one; an empty cell is as good as none.

    Raises:
        Unreadable: the file is no table.
        TooManyRows: it is too large.
        NoSuchColumn: its columns are others.
        SQLAlchemyError: the database is away or a race was lost; nothing has changed.
    """
    sheet = sheets.read(data)
    fields = template.fields(sheet.header)
    counts = dict.fromkeys(Outcome, 0)
    problems: list[RowProblem] = []
    failed = 0
    trial = session.begin_nested()
    for row in sheet.rows:
        found = _put(session, row, fields, template, put)
        if isinstance(found, Outcome):
            counts[found] += 1
        else:
            failed += 1
            problems += found
    applied = not dry_run and (take_good_rows or not failed)
    if applied:
        trial.commit()
    else:
        trial.rollback()
    return ImportReport(
        dry_run=dry_run,
        applied=applied,
        rows=len(sheet.rows),
        failed=failed,
        problems=problems[:MOST_TOLD],
        **{outcome.value: count for outcome, count in counts.items()},
    )


def _put(
    session: Session,
    row: sheets.Row,
    fields: Mapping[int, str],
    template: Template[RowT],
    put: Callable[[Session, RowT], Outcome],
) -> Outcome | list[RowProblem]:
    values = {fields[index]: cell for index, cell in enumerate(row.cells) if cell}
    try:
        body = template.row.model_validate(values)
    except ValidationError as error:
        return [
            RowProblem(row=row.number, column=str(item["loc"][0]) if item["loc"] else None, text=item["msg"])
            for item in error.errors()
        ]
    try:
        with session.begin_nested():
            outcome = put(session, body)
            session.flush()
    except Problem as refusal:
        return [RowProblem(row=row.number, column=None, text=refusal.detail or refusal.title())]
    except SQLAlchemyError as error:
        refusal_meant = meaning(error)
        if refusal_meant is None or sqlstate(error) in LOST_RACES or refusal_meant.status >= 500:
            raise
        return [RowProblem(row=row.number, column=None, text=refusal_meant.detail or refusal_meant.title())]
    return outcome
