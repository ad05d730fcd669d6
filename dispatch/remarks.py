"""One reason or refusal: a code, its figures by name, and the sentences."""

from __future__ import annotations

from dataclasses import dataclass, field

from dispatch.arrays import NONE
from dispatch.instance import Instance
from dispatch.texts import AnyCode, minutes, render
from dispatch.violations import Code, Violation

Figures = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Remark:
    """One reason or refusal: a code, its figures by name, and the sentence in both languages."""

    code: AnyCode
    technician: int = NONE
    """Whom it is about; NONE = the request."""
    figures: Figures = field(default_factory=dict)

    @property
    def text_en(self) -> str:
        """English."""
        return render(self.code, self.figures)[0]

    @property
    def text_zh(self) -> str:
        """Chinese."""
        return render(self.code, self.figures)[1]


def figures_of(instance: Instance, violation: Violation) -> Figures:
    """The figures of a broken rule by name, with ids instead of indexes."""
    figures: Figures = {"have": violation.have, "need": violation.need, "minutes": minutes(violation.excess)}
    names = {Code.SKILL: instance.skills, Code.TOOL: instance.tools, Code.OTHER_WINDOW: instance.requests.ids}
    for code in (Code.PART, Code.PART_TOO_FAR, Code.WAREHOUSE_STOCK):
        names[code] = instance.parts
    if violation.code in names:
        figures["item"] = names[violation.code][violation.item]
    if violation.warehouse != NONE:
        figures["warehouse"] = instance.warehouses.ids[violation.warehouse]
    if violation.code is Code.LOCKED:
        figures["locked_to"] = instance.technicians.ids[violation.need]
    return figures
