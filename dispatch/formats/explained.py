"""Explanations as JSON: codes, figures and both sentences."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from dispatch.arrays import NONE
from dispatch.explain import Explanation
from dispatch.instance import Instance
from dispatch.remarks import Remark


def explanation_rows(instance: Instance, explanations: Iterable[Explanation]) -> list[dict[str, object]]:
    """Explanations as plain values, with ids instead of indexes."""
    names = instance.technicians.ids
    return [
        {
            "visit": instance.requests.ids[told.request],
            "technician": None if told.technician is None else names[told.technician],
            "reasons": [remark_row(instance, remark) for remark in told.reasons],
            "others": [remark_row(instance, remark) for remark in told.others],
        }
        for told in explanations
    ]


def remark_row(instance: Instance, remark: Remark) -> dict[str, object]:
    """One reason or refusal as plain values."""
    who = None if remark.technician == NONE else instance.technicians.ids[remark.technician]
    return {
        "code": str(remark.code),
        "technician": who,
        "figures": dict(remark.figures),
        "text_en": remark.text_en,
        "text_zh": remark.text_zh,
    }


def write_explanations(instance: Instance, explanations: Iterable[Explanation]) -> str:
    """Explanations as JSON text."""
    return msgspec.json.format(msgspec.json.encode(explanation_rows(instance, explanations)), indent=1).decode()
