"""Sentences for reasons and refusals, in English and Chinese, as a table keyed by code."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dispatch.violations import Code


class Reason(StrEnum):
    """Why a technician was chosen, or another was not, beyond the hard rules."""

    SKILL_HELD = "skill_held"
    PART_IN_VAN = "part_in_van"
    PART_PICKED_UP = "part_picked_up"
    TOOL_PICKED_UP = "tool_picked_up"
    EXTRA = "extra"
    ON_TIME = "on_time"
    LATE = "late"
    OVERTIME = "overtime"
    LOCKED_TO = "locked_to"
    SAME_TECHNICIAN = "same_technician"
    CHANGED_TECHNICIAN = "changed_technician"
    CHEAPEST = "cheapest"
    ONLY_ONE = "only_one"
    CHEAPER_ELSEWHERE = "cheaper_elsewhere"
    WOULD_BE_CHEAPER = "would_be_cheaper"
    NOT_WORTH_IT = "not_worth_it"
    """The cheapest offer costs more than leaving the request unserved."""
    RELAX_OVERTIME = "relax_overtime"
    RELAX_WINDOW = "relax_window"
    RELAX_PART = "relax_part"
    RELAX_SKILL = "relax_skill"


AnyCode = Code | Reason

TEXTS: dict[AnyCode, tuple[str, str]] = {
    Code.FORBIDDEN: ("may not be sent to this customer or asset", "不得派往该客户或设备"),
    Code.LOCKED: ("the visit is locked to {locked_to}", "该上门已锁定给{locked_to}"),
    Code.OFF_DUTY: ("has no shift", "当天无班次"),
    Code.SKILL: ("skill level {have} of {need} ({item})", "技能等级 {have}，需要 {need}（{item}）"),
    Code.TOOL: ("tool {item} is not in the van", "车上没有工具 {item}"),
    Code.PART: (
        "part {item}: {have} of {need} in van, no warehouse has it",
        "备件 {item}：车上 {have} 件，需要 {need} 件，仓库无货",
    ),
    Code.PART_TOO_FAR: (
        "part {item}: {have} of {need} in van, no warehouse reachable in time",
        "备件 {item}：车上 {have} 件，需要 {need} 件，来不及到任何仓库取货",
    ),
    Code.WINDOW: ("arrives {minutes} min after the time window", "比时间窗晚到 {minutes} 分钟"),
    Code.OTHER_WINDOW: ("would make {item} {minutes} min late", "会使 {item} 迟到 {minutes} 分钟"),
    Code.WAREHOUSE_CLOSED: (
        "reaches warehouse {warehouse} {minutes} min after it closes",
        "到达仓库 {warehouse} 时已关门 {minutes} 分钟",
    ),
    Code.SHIFT: ("shift ends {minutes} min too early", "班次早结束 {minutes} 分钟"),
    Code.WAREHOUSE_STOCK: (
        "warehouse {warehouse} has {have} of {need} pieces of {item}",
        "仓库 {warehouse} 的 {item} 只有 {have} 件，需要 {need} 件",
    ),
    Code.TWICE: ("visited {have} times", "被安排了 {have} 次"),
    Code.TIMES: ("stated figure {have}, at least {need} is needed", "所给数值 {have}，至少需要 {need}"),
    Code.UNSERVED: ("routes and the list of unserved requests disagree", "路线与未安排清单不一致"),
    Reason.SKILL_HELD: ("has skill {item} level {have}, {need} needed", "具备技能 {item} {have} 级，需要 {need} 级"),
    Reason.PART_IN_VAN: ("part {item}: {need} in van", "备件 {item}：车上有 {need} 件"),
    Reason.PART_PICKED_UP: (
        "picks up {pieces} x {item} at {warehouse}",
        "在 {warehouse} 取 {item} {pieces} 件",
    ),
    Reason.TOOL_PICKED_UP: ("borrows tool {item} at {warehouse}", "在 {warehouse} 借工具 {item}"),
    Reason.EXTRA: ("{minutes} extra minutes, cost {money}", "多用 {minutes} 分钟，成本 {money}"),
    Reason.ON_TIME: ("starts {minutes} min before it is due", "比时限早 {minutes} 分钟开始"),
    Reason.LATE: ("starts {minutes} min after it was due", "比时限晚 {minutes} 分钟开始"),
    Reason.OVERTIME: ("the day ends with {minutes} min of overtime", "当天加班 {minutes} 分钟"),
    Reason.LOCKED_TO: ("locked to this technician", "已锁定给该工程师"),
    Reason.SAME_TECHNICIAN: ("keeps the technician of the published plan", "与已发布计划的工程师相同"),
    Reason.CHANGED_TECHNICIAN: ("moved here from {previous}", "从{previous}改派而来"),
    Reason.CHEAPEST: ("cheaper by {money} than the next best, {other}", "比次优的{other}便宜 {money}"),
    Reason.ONLY_ONE: ("the only technician who can take it", "唯一可派的工程师"),
    Reason.CHEAPER_ELSEWHERE: ("possible, but cheaper elsewhere by {money}", "可派，但别处便宜 {money}"),
    Reason.WOULD_BE_CHEAPER: ("would be cheaper by {money}", "改派可节省 {money}"),
    Reason.NOT_WORTH_IT: (
        "possible for {money}, more than leaving it for later ({limit})",
        "可派但成本 {money}，高于暂不安排的代价（{limit}）",
    ),
    Reason.RELAX_OVERTIME: (
        "would fit with {minutes} min more overtime for {technician}",
        "若{technician}多加班 {minutes} 分钟即可安排",
    ),
    Reason.RELAX_WINDOW: (
        "would fit if the window ended {minutes} min later ({technician})",
        "若时间窗延后 {minutes} 分钟即可由{technician}上门",
    ),
    Reason.RELAX_PART: (
        "would fit with {pieces} more of part {item} ({technician})",
        "若{technician}多有 {pieces} 件 {item} 即可安排",
    ),
    Reason.RELAX_SKILL: (
        "would fit if {technician} had {item} level {need} instead of {have}",
        "若{technician}的 {item} 为 {need} 级（现 {have} 级）即可安排",
    ),
}


def render(code: AnyCode, figures: Mapping[str, str | int]) -> tuple[str, str]:
    """The sentence in English and in Chinese."""
    english, chinese = TEXTS[code]
    return english.format(**figures), chinese.format(**figures)


def money(cents: int) -> str:
    """Cents as a figure with two decimals, without a currency."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def minutes(seconds: int) -> int:
    """Seconds as minutes, away from zero: a miss of one second is a minute, never 0."""
    return -(-abs(seconds) // 60) * (-1 if seconds < 0 else 1)
