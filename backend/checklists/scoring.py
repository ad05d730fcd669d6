"""What the answers of a checklist amount to: what is missing, what is wrong, and the score."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from backend.checklists.answers import Item, is_out_of_limits, shown
from backend.checklists.conditions import Value

TENTH = Decimal("0.1")


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a set of answers is worth; hidden items take no part."""

    visible: tuple[str, ...]
    missing: tuple[str, ...]
    """Keys of mandatory items without an answer; `key.photo` where a photo is missing."""
    failed: tuple[str, ...]
    score: Decimal | None
    """Per cent of the weights of the answered items that passed, to a tenth; None: nothing is weighted."""
    passed: bool | None
    """At least the pass mark; None: there is no mark, or no score."""


def judge(
    items: Iterable[Item],
    answers: Mapping[str, Value],
    *,
    photos: Collection[str] = (),
    pass_mark: int | None = None,
) -> Judgement:
    """Return what answers amount to; `photos` are the keys of items that have a photo."""
    asked = list(items)
    seen = shown(asked, answers)
    visible = [item for item in asked if item.key in seen]
    missing = []
    for item in visible:
        if item.mandatory and item.key not in answers:
            missing.append(item.key)
        if item.needs_photo and item.key not in photos:
            missing.append(f"{item.key}.photo")
    failed = [item for item in visible if item.key in answers and is_out_of_limits(item, answers[item.key])]
    weighted = [item for item in visible if item.weight and item.key in answers]
    score = _score(weighted, failed)
    return Judgement(
        visible=tuple(item.key for item in visible),
        missing=tuple(missing),
        failed=tuple(item.key for item in failed),
        score=score,
        passed=None if score is None or pass_mark is None else score >= pass_mark,
    )


def _score(weighted: list[Item], failed: list[Item]) -> Decimal | None:
    whole = sum(item.weight for item in weighted)
    if not whole:
        return None
    lost = sum(item.weight for item in weighted if item in failed)
    return (Decimal(100) * (whole - lost) / whole).quantize(TENTH, ROUND_HALF_UP)
