"""Dead letters over HTTP: list, look, replay, discard."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from iot_gateway.errors import DeadLetterNotFound
from iot_gateway.lifecycle import LetterState
from iot_gateway.models.telemetry import TelemetryDeadLetter
from iot_gateway.schemas.letters import DeadLetterDetail, DeadLetterOut, Selected, Selection
from iot_gateway.service import letters
from kernel import audit, clock
from kernel.auth import Principal, Role
from kernel.fields import Instant, Search
from kernel.http import Access, Db, Me, problems
from kernel.http import router as make_router
from kernel.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_time_cursor, encode_cursor

router = make_router("letters")

READERS = frozenset({Role.ADMIN, Role.ASSET_MANAGER, Role.SUPERVISOR, Role.AUDITOR, Role.INTEGRATOR})
KEEPERS = frozenset({Role.ADMIN, Role.ASSET_MANAGER, Role.SUPERVISOR})
ACCESS: Access = {
    "list_dead_letters": READERS,
    "get_dead_letter": READERS,
    "replay_dead_letters": KEEPERS,
    "discard_dead_letters": KEEPERS,
}
Since = Annotated[Instant | None, Query(alias="from")]
Until = Annotated[Instant | None, Query(alias="to")]


@router.get("/telemetry/dead-letters")
def list_dead_letters(
    db: Db,
    *,
    reason: Search = None,
    device: Search = None,
    state: LetterState | None = None,
    start: Since = None,
    end: Until = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[DeadLetterOut]:
    """Return messages that could not be taken, newest first."""
    narrowed = letters.LetterFilter(reason=reason or None, device=device or None, state=state, start=start, end=end)
    before = decode_time_cursor(cursor) if cursor else None
    rows, more = cut(letters.list_letters(db, narrowed, before=before, limit=limit + 1), limit)
    following = encode_cursor(rows[-1].received_at.isoformat(), rows[-1].id) if more else None
    return Page(items=[DeadLetterOut.of(row) for row in rows], next_cursor=following)


@router.get("/telemetry/dead-letters/{letter_id}", responses=problems(DeadLetterNotFound))
def get_dead_letter(letter_id: UUID, db: Db) -> DeadLetterDetail:
    """Return a dead letter with its payload, as text and as hexadecimal digits."""
    return DeadLetterDetail.of(letters.get_letter(db, letter_id))


@router.post("/telemetry/dead-letters/replay", status_code=202, responses=problems(DeadLetterNotFound))
def replay_dead_letters(body: Selection, db: Db, me: Me) -> Selected:
    """Have a gateway take letters again, as of now; it does so within seconds. A stored one stays as it is."""
    found, changed = letters.request_replay(db, body.letter_ids, by=me.user_id, at=clock.now())
    return _noted(db, me, "dead_letter.replay", found, changed)


@router.post("/telemetry/dead-letters/discard", responses=problems(DeadLetterNotFound))
def discard_dead_letters(body: Selection, db: Db, me: Me) -> Selected:
    """Lay letters aside that need no replay; a stored one stays as it is."""
    found, changed = letters.discard(db, body.letter_ids, by=me.user_id, at=clock.now())
    return _noted(db, me, "dead_letter.discard", found, changed)


def _noted(
    db: Session,
    me: Principal,
    action: str,
    found: Sequence[TelemetryDeadLetter],
    changed: Sequence[TelemetryDeadLetter],
) -> Selected:
    for letter in changed:
        detail = {"reason": letter.reason, "device": letter.device_name}
        audit.record(db, actor_id=me.user_id, action=action, subject="dead_letter", subject_id=letter.id, detail=detail)
    return Selected(items=[DeadLetterOut.of(letter) for letter in found])
