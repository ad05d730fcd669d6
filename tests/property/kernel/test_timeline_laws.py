"""Laws of timelines: pages of many lists, put behind each other, are the one sorted list."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kernel.timeline import Line, Window, newest

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def a_line(number: int, minute: int) -> Line:
    at = NOON + timedelta(minutes=minute)
    return Line(id=UUID(int=number), at=at, received_at=at, kind="x", code="x")


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(1, 7), st.integers(1, 3))
def test_pages_neither_lose_nor_repeat_a_line(minutes: list[int], limit: int, rooms: int) -> None:
    lines = [a_line(number, minute) for number, minute in enumerate(minutes)]
    lists = [lines[room::rooms] for room in range(rooms)]
    seen: list[Line] = []
    window = Window(limit=limit)
    while page := newest((line for told in lists for line in newest(told, window)), window):
        seen += page
        window = Window(before=page[-1].place, limit=limit)

    assert seen == sorted(lines, key=lambda line: line.place, reverse=True)
