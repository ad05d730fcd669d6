"""Keyset pages: an opaque cursor instead of an offset."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from kernel.errors import Invalid
from kernel.fields import storable

T = TypeVar("T")
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=400)]
DEFAULT_LIMIT = 50


class BadCursor(Invalid):
    """The cursor is not one that this list gave out."""

    slug = "bad-cursor"


class Page(BaseModel, Generic[T]):
    """One page of a list, and where the next one starts."""

    items: list[T]
    next_cursor: str | None


def encode_cursor(*key: object) -> str:
    """Return an opaque cursor behind the row with this sort key."""
    return base64.urlsafe_b64encode(json.dumps([str(part) for part in key]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *, parts: int) -> list[str]:
    """Return the sort key behind `cursor`.

    Raises:
        BadCursor: it was not made by `encode_cursor` with so many parts.
    """
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise BadCursor("The cursor cannot be read.") from error
    if not isinstance(key, list) or len(key) != parts or not all(isinstance(part, str) for part in key):
        raise BadCursor("The cursor belongs to another list.")
    try:
        return [storable(part) for part in key]
    except ValueError as error:
        raise BadCursor("The cursor cannot be read.") from error


def decode_name_cursor(cursor: str) -> tuple[str, UUID]:
    """Return the sort key of a list that goes by name, then id.

    Raises:
        BadCursor: it belongs to another list.
    """
    name, key = decode_cursor(cursor, parts=2)
    try:
        return name, UUID(key)
    except ValueError as error:
        raise BadCursor("The cursor belongs to another list.") from error


def decode_number_cursor(cursor: str) -> tuple[str, int]:
    """Return the sort key of a list that goes by name, then a small number.

    Raises:
        BadCursor: it belongs to another list.
    """
    name, number = decode_cursor(cursor, parts=2)
    if not (number.isascii() and number.isdigit() and len(number) <= 9):
        raise BadCursor("The cursor belongs to another list.")
    return name, int(number)


def decode_day_cursor(cursor: str) -> tuple[date, UUID]:
    """Return the sort key of a list that goes by a day, then id.

    Raises:
        BadCursor: it belongs to another list.
    """
    day, key = decode_cursor(cursor, parts=2)
    try:
        return date.fromisoformat(day), UUID(key)
    except ValueError as error:
        raise BadCursor("The cursor belongs to another list.") from error


def decode_id_cursor(cursor: str) -> UUID:
    """Return the sort key of a list that goes by id.

    Raises:
        BadCursor: it belongs to another list.
    """
    (key,) = decode_cursor(cursor, parts=1)
    try:
        return UUID(key)
    except ValueError as error:
        raise BadCursor("The cursor belongs to another list.") from error


def cut(rows: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
    """Split rows fetched with `limit + 1` into the page and whether more follow."""
    return rows[:limit], len(rows) > limit


def decode_time_cursor(cursor: str) -> tuple[datetime, UUID]:
    """Return the sort key of a list that goes by an instant, then id.

    Raises:
        BadCursor: it was made by another list.
    """
    at, row_id = decode_cursor(cursor, parts=2)
    try:
        return datetime.fromisoformat(at).astimezone(UTC), UUID(row_id)
    except (ValueError, OverflowError) as error:
        raise BadCursor("The cursor belongs to another list.") from error
