"""`docs/lifecycle.md`, made from the tables: `python -m backend.tickets.lifecycle_page > docs/lifecycle.md`."""

import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from backend.tickets.lifecycle import TRANSITIONS, TicketState
from backend.work.lifecycle import (
    NEEDS_REASON,
    ORDER_BY_HAND,
    ORDER_TRANSITIONS,
    ORDER_WHO,
    VISIT_TRANSITIONS,
    VISIT_WHO,
    OrderState,
    VisitState,
    Who,
)

HEAD = """# Lifecycles 状态流转
Made from `backend/work/lifecycle.py` and `backend/tickets/lifecycle.py` by `python -m backend.tickets.lifecycle_page`;
a test compares. Any other step is answered 409 `illegal-transition` with the legal actions. Every step is an
append-only event; the state is the fold of the events in order of `occurred_at`.
"""
VISIT_NOTE = (
    "A reason is asked for with: {reasons}. A technician moves visits of their own, as the lead of the crew. What"
    " comes late from the field is inserted where it happened; what does not fit there becomes a conflict item, which"
    " is tried again whenever something else arrives for the visit."
)
ORDER_NOTE = (
    "People ask for: {by_hand}. `schedule`, `begin`, `complete` and `return` follow from the states of the visits:"
    " one under way makes the order in progress, one planned makes it scheduled, a completed last one completes it, and"
    " none opens it again."
)


TICKET_NOTE = (
    "The promise to the customer stands still in `pending_customer`; the customer's own word ends it. `merge` names the"
    " ticket that stands for both from then on. A ticket is resolved when its last order is closed."
)


def render() -> str:
    """Return the page."""
    reasons = ", ".join(sorted(f"`{action}`" for action in NEEDS_REASON))
    by_hand = ", ".join(sorted(f"`{action}`" for action in ORDER_BY_HAND))
    return "\n".join(
        [
            HEAD,
            "## Visit 上门",
            VISIT_NOTE.format(reasons=reasons),
            "",
            *_diagram(VISIT_TRANSITIONS, VisitState.PLANNED),
            "",
            *_table(VISIT_TRANSITIONS, VISIT_WHO),
            "",
            "## Work order 工单",
            ORDER_NOTE.format(by_hand=by_hand),
            "",
            *_diagram(ORDER_TRANSITIONS, OrderState.DRAFT),
            "",
            *_table(ORDER_TRANSITIONS, ORDER_WHO),
            "",
            "## Ticket 服务请求",
            TICKET_NOTE,
            "",
            *_diagram(TRANSITIONS, TicketState.NEW),
            "",
            *_table(TRANSITIONS, None),
            "",
        ]
    )


S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


def _diagram(transitions: Mapping[tuple[S, A], S], start: S) -> list[str]:
    """Return a picture of the table: one arrow for each pair of states, with the actions that lead along it."""
    arrows: dict[tuple[S, S], list[A]] = {}
    for (source, action), target in transitions.items():
        arrows.setdefault((source, target), []).append(action)
    lines = [f"    {source} --> {target}: {', '.join(actions)}" for (source, target), actions in arrows.items()]
    return ["```mermaid", "stateDiagram-v2", f"    [*] --> {start}", *lines, "```"]


def _table(transitions: Mapping[tuple[S, A], S], who: Mapping[A, frozenset[Who]] | None) -> list[str]:
    head = ["| from | action | to |" + (" who |" if who else ""), "|---|---|---|" + ("---|" if who else "")]
    rows = [
        f"| {source} | {action} | {target} |" + (f" {', '.join(sorted(who[action]))} |" if who else "")
        for (source, action), target in transitions.items()
    ]
    return head + rows


if __name__ == "__main__":
    sys.stdout.write(render())
