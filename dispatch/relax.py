"""What would let an unserved request be planned: the smallest change of each kind, tried before it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from dispatch.carry import free_stock
from dispatch.insert import Answer, Offer, ask, cheapest
from dispatch.instance import Instance
from dispatch.plan import Routes
from dispatch.remarks import Figures, Remark, figures_of
from dispatch.tables import Tables
from dispatch.texts import Reason, money
from dispatch.violations import Code, Violation


def what_would_help(instance: Instance, routes: Routes, answers: Sequence[Answer]) -> tuple[Remark, ...]:
    """Overtime, a later window, more parts, a higher skill: of each the least that makes an offer possible.

    If somebody could take the request and it was left out for its price, that price is the answer.
    """
    best = cheapest(answers)
    if best is not None:
        limit = instance.tables.unserved[best.request]
        figures: Figures = {"money": money(best.extra_cents), "cents": best.extra_cents, "limit": money(limit)}
        return (Remark(Reason.NOT_WORTH_IT, best.technician, figures),)
    free = free_stock(instance.tables, routes)
    found: list[Remark] = []
    for reason, (codes, relaxed) in RELAXATIONS.items():
        near = sorted((a for a in answers if isinstance(a, Violation) and a.code in codes), key=lambda a: a.excess)
        for refusal in near:
            stops = routes[refusal.technician]
            answer = ask(relaxed(instance.tables, refusal), refusal.technician, stops, (refusal.request, free))
            if isinstance(answer, Offer):
                found.append(_remark(instance, reason, refusal))
                break
    return tuple(found)


def _remark(instance: Instance, reason: Reason, refusal: Violation) -> Remark:
    names: Figures = {"technician": instance.technicians.ids[refusal.technician], "pieces": refusal.excess}
    return Remark(reason, refusal.technician, figures_of(instance, refusal) | names)


def _more_overtime(tables: Tables, refusal: Violation) -> Tables:
    home_by = tables.home_by.copy()
    home_by[refusal.technician] += _whole_minutes(refusal)
    return replace(tables, home_by=home_by)


def _later_window(tables: Tables, refusal: Violation) -> Tables:
    windows = tables.windows.copy()
    *others, (opens, closes) = windows[refusal.request]
    windows[refusal.request] = (*others, (opens, closes + _whole_minutes(refusal)))
    return replace(tables, windows=windows)


def _more_parts(tables: Tables, refusal: Violation) -> Tables:
    stock = [row.copy() for row in tables.stock]
    stock[refusal.technician][refusal.item] += refusal.excess
    return replace(tables, stock=stock)


def _higher_skill(tables: Tables, refusal: Violation) -> Tables:
    levels = [row.copy() for row in tables.levels]
    levels[refusal.technician][refusal.item] = refusal.need
    return replace(tables, levels=levels)


def _whole_minutes(refusal: Violation) -> int:
    """The excess as it is told, rounded up to minutes."""
    return -(-refusal.excess // 60) * 60


RELAXATIONS: dict[Reason, tuple[tuple[Code, ...], Callable[[Tables, Violation], Tables]]] = {
    Reason.RELAX_OVERTIME: ((Code.SHIFT,), _more_overtime),
    Reason.RELAX_WINDOW: ((Code.WINDOW,), _later_window),
    Reason.RELAX_PART: ((Code.PART, Code.PART_TOO_FAR), _more_parts),
    Reason.RELAX_SKILL: ((Code.SKILL,), _higher_skill),
}
