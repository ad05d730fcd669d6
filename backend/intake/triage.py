"""Triage by words: what a text is about and how urgent it is. Rules may only raise urgency.

Chinese and English keywords; the classifier of a tenant refines the proposal, safety words outrank everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LEAST_URGENT = 4
USUAL = 3

SAFETY: Mapping[str, tuple[str, ...]] = {
    "fire": ("着火", "起火", "冒烟", "焦味", "烧焦", "火花", "fire", "smoke", "burning", "burnt smell", "sparks"),
    "electric_shock": ("触电", "漏电", "电击", "electric shock", "live wire", "electrocut"),
    "gas": ("煤气", "燃气泄漏", "氨气", "冷媒泄漏", "gas leak", "ammonia", "refrigerant leak"),
    "trapped": ("困人", "被困", "困在电梯", "关人", "trapped", "stuck in the lift", "stuck in the elevator"),
    "flood": ("水浸", "爆管", "大量漏水", "flooding", "burst pipe"),
    "injury": ("受伤", "流血", "injured", "injury", "bleeding"),
}
"""Words of danger to people: urgency 1, whatever else is said."""

URGENT: tuple[str, ...] = (
    "紧急", "停机", "停产", "全部停", "无法使用", "立即", "马上",
    "urgent", "emergency", "production stopped", "out of service", "down since", "immediately", "asap",
)  # fmt: skip
"""Words that raise the urgency by one."""

SUBJECTS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("door", "lift", "corrective", ("电梯门", "关不上门", "轿门", "lift door", "elevator door", "door does not close")),
    ("lift", "lift", "corrective", ("电梯", "扶梯", "elevator", "escalator", "lift ")),
    ("connector", "electrical", "corrective", ("充电枪", "枪头", "插头发热", "connector", "charging plug")),
    ("cooling_fan", "electrical", "corrective", ("风扇", "散热", "cooling fan", "overheat", "fan noise")),
    ("charger", "electrical", "corrective", ("充电桩", "充不上电", "充电", "charger", "charging station")),
    ("refrigerant", "refrigeration", "corrective", ("冷媒", "制冷剂", "不制冷", "不冷", "refrigerant", "not cooling")),
    ("heat_exchanger", "refrigeration", "corrective", ("换热器", "冷凝器", "condenser", "heat exchanger")),
    ("chiller", "refrigeration", "corrective", ("冷水机", "空调", "chiller", "air condition", "hvac")),
    ("bearing", "rotating", "corrective", ("轴承", "异响", "振动", "震动", "bearing", "vibration", "grinding noise")),
    ("filter", "rotating", "corrective", ("滤网", "过滤器", "堵塞", "filter", "clogged")),
    ("pump", "rotating", "corrective", ("水泵", "泵", "漏水", "pump", "leaking")),
    ("power", "electrical", "corrective", ("跳闸", "断电", "没电", "停电", "tripped", "no power", "power failure")),
    ("sensor", "controls", "corrective", ("传感器", "温度计", "读数", "sensor", "thermometer", "reading")),
    ("inspection", "rotating", "inspection", ("巡检", "保养", "年检", "inspection", "maintenance", "service due")),
)
"""(topic, skill, kind of work, words), the more special ones first."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a text seems to ask for, and the words that say so."""

    priority: int
    topic: str | None
    skill: str | None
    work_type: str
    safety: tuple[str, ...]
    words: tuple[str, ...]
    language: str


def propose(text: str, *, priority: int | None = None) -> Proposal:
    """Return what a text asks for; urgency is never lower than `priority` says."""
    plain = " ".join(text.lower().split())
    safety = tuple(danger for danger, words in SAFETY.items() if any(word in plain for word in words))
    said = [word for words in SAFETY.values() for word in words if word in plain]
    urgent = [word for word in URGENT if word in plain]
    topic = next((subject for subject in SUBJECTS if any(word in plain for word in subject[3])), None)
    said += urgent + [word for word in (topic[3] if topic else ()) if word in plain]
    usual = priority or USUAL
    raised = 1 if safety else max(1, usual - 1) if urgent else usual
    return Proposal(
        priority=min(raised, usual, LEAST_URGENT),
        topic=topic[0] if topic else None,
        skill=topic[1] if topic else None,
        work_type=topic[2] if topic else "corrective",
        safety=safety,
        words=tuple(said),
        language=language_of(plain),
    )


def language_of(text: str) -> str:
    """Return `zh` for a text with Chinese characters, else `en`."""
    return "zh" if any("\u4e00" <= character <= "\u9fff" for character in text) else "en"
