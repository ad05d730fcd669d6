"""A case as a picture: the expected band, what was observed, start and failure window, as SVG. No input or output here.

Presentation attributes only, no style and no script: it shows the same in a page, in an app and opened by itself under
the strictest policy.
"""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from html import escape
from typing import TypeVar
from zoneinfo import ZoneInfo

from kernel.languages import Language

Point = tuple[int, float]
BandPoint = tuple[int, float, float]
AheadPoint = tuple[int, float, float, float]
T = TypeVar("T", Point, BandPoint)

WIDTH, HEIGHT = 720.0, 320.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 16.0, 64.0, 44.0
GAP = timedelta(hours=3)
"""Without a point for so long the line is broken; the band too."""
AHEAD = 0.6
"""The future takes at most this part of the span that was observed."""
MOST_LABELS = 6
_STEPS_HOURS = (1, 2, 3, 6, 12, 24, 48, 72, 96, 120, 168, 336, 720)


class Theme(StrEnum):
    """Light, or for a dark page."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class _Colours:
    ground: str
    ink: str
    soft: str
    grid: str
    band: str
    line: str
    alarm: str
    window: str


_COLOURS = {
    Theme.LIGHT: _Colours("#ffffff", "#1a2230", "#4d5a6b", "#dfe4ea", "#cfe3d4", "#1f5fbf", "#b42318", "#f6d9b8"),
    Theme.DARK: _Colours("#171e28", "#e8edf4", "#a9b5c4", "#2c3745", "#24503a", "#7fb0ff", "#ff8a80", "#5b4424"),
}
_TEXTS = {
    Language.EN: {
        "title": "{device}: {metric}",
        "unit": " in {unit}",
        "observed": "observed",
        "band": "expected",
        "start": "since {at}",
        "window": "failure window",
        "ahead": "forecast",
        "too_short": "no forecast: too few hours",
        "not_converged": "no forecast: the fit did not converge",
        "desc_ahead": " Forecast {low} to {high} {unit} at {at}.",
        "line": ": line to the limit",
        "trend": ": trend, {failures} failures known",
        "matching": ": matched to {failures} failures",
        "boosting": ": from {failures} failures",
        "likely": "likely {at}",
        "alarm": "alarm",
        "none": "No samples in this span.",
        "desc": "Observed {last} {unit} where {low} to {high} was expected. Out of band since {at}.",
        "desc_window": " Failure expected from {p10} to {p90}, most likely {p50}{basis}.",
    },
    Language.ZH: {
        "title": "{device}：{metric}",
        "unit": "（{unit}）",
        "observed": "实测",
        "band": "预期区间",
        "start": "始于 {at}",
        "window": "失效窗口",
        "ahead": "预测",
        "too_short": "无预测：数据不足",
        "not_converged": "无预测：拟合未收敛",
        "desc_ahead": "预计 {at} 为 {low} 至 {high} {unit}。",
        "line": "（按趋近限值的直线）",
        "trend": "（按趋势，已知故障 {failures} 例）",
        "matching": "（比对 {failures} 例故障）",
        "boosting": "（依据 {failures} 例故障）",
        "likely": "最可能 {at}",
        "alarm": "告警",
        "none": "此期间没有采样。",
        "desc": "实测 {last} {unit}，预期 {low} 至 {high}。自 {at} 起超出区间。",
        "desc_window": "预计 {p10} 至 {p90} 失效，最可能在 {p50}{basis}。",
    },
}


@dataclass(frozen=True)
class Evidence:
    """What is to be seen; instants of points in epoch milliseconds, in order."""

    device: str
    metric: str
    """As people call it, in the language of the picture."""
    unit: str
    points: Sequence[Point]
    band: Sequence[BandPoint]
    alarms: Sequence[int]
    start: datetime
    end: datetime
    started_at: datetime
    window: tuple[datetime, datetime, datetime] | None
    """P10, P50, P90 of the failure."""
    zone: ZoneInfo
    basis: tuple[str, int] | None = None
    """What the window rests on, a stage of remaining life or `line`, and how many failures of the kind were known."""
    ahead: Sequence[AheadPoint] = ()
    """The coming days: low, likely, high."""
    ahead_note: str | None = None
    """Why there are none."""


def draw(case: Evidence, *, language: Language, theme: Theme = Theme.LIGHT) -> str:
    """Return the picture as a document of its own, with a title and a description for those who do not see it."""
    colours, words = _COLOURS[theme], _TEXTS[language]
    frame = _frame(case)
    unit = words["unit"].format(unit=case.unit) if case.unit else ""
    title = words["title"].format(device=case.device, metric=case.metric) + unit
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" width="{WIDTH:g}"'
        f' height="{HEIGHT:g}" role="img" aria-labelledby="title desc" lang="{language}"'
        ' font-family="system-ui, sans-serif" font-size="12">'
    )
    parts = [
        opening,
        f'<title id="title">{_plain(title)}</title>',
        f'<desc id="desc">{_plain(_description(case, words))}</desc>',
        f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="{colours.ground}"/>',
        _text(16, 22, title, colours.ink, size=14, weight=600),
        _legend(case, words, colours),
        *_window(case, frame, words, colours),
        *_grid(case, frame, colours),
        *(_band(part, frame, colours) for part in _runs(case.band)),
        *_ahead(case, frame, colours),
        *_start(case, frame, words, colours),
        *(_line(part, frame, colours) for part in _runs(case.points)),
        *_alarms(case, frame, colours),
    ]
    if not case.points:
        parts.append(_text(WIDTH / 2, HEIGHT / 2, words["none"], colours.soft, anchor="middle"))
    return "".join([*parts, "</svg>"])


@dataclass(frozen=True)
class _Frame:
    """Where instants and values stand in the picture."""

    first: float
    last: float
    low: float
    high: float

    def x(self, at: float) -> float:
        return LEFT + (at - self.first) / (self.last - self.first) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (value - self.low) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)


def _frame(case: Evidence) -> _Frame:
    first, last = _ms(case.start), max(_ms(case.end), _ms(case.start) + 3_600_000)
    if case.window is not None:
        last = max(last, min(_ms(case.window[2]), last + AHEAD * (last - first)))
    if case.ahead:
        last = max(last, min(case.ahead[-1][0], last + AHEAD * (last - first)))
    values = [value for _, value in case.points] + [edge for _, low, high in case.band for edge in (low, high)]
    values += [likely for at, _, likely, _ in case.ahead if at <= last]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = (high - low) * 0.06 or abs(high) * 0.06 or 1.0
    return _Frame(first, last, low - room, high + room)


def _ms(at: datetime) -> float:
    return at.timestamp() * 1000


def _runs(points: Sequence[T]) -> list[list[T]]:
    """Return the points in pieces without a gap."""
    pieces: list[list[T]] = []
    for point in points:
        if pieces and point[0] - pieces[-1][-1][0] <= GAP.total_seconds() * 1000:
            pieces[-1].append(point)
        else:
            pieces.append([point])
    return pieces


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _band(part: Sequence[BandPoint], frame: _Frame, colours: _Colours) -> str:
    above = [(frame.x(at), frame.y(high)) for at, _, high in part]
    below = [(frame.x(at), frame.y(low)) for at, low, _ in reversed(part)]
    return f'<path d="{_path([*above, *below])}Z" fill="{colours.band}"/>'


def _line(part: Sequence[Point], frame: _Frame, colours: _Colours) -> str:
    path = _path((frame.x(at), frame.y(value)) for at, value in part)
    return f'<path d="{path}" fill="none" stroke="{colours.line}" stroke-width="1.5" stroke-linejoin="round"/>'


def _ahead(case: Evidence, frame: _Frame, colours: _Colours) -> Iterable[str]:
    """Draw the coming days as far as the picture goes; what leaves it above or below is cut off at its edge."""
    seen = [point for point in case.ahead if frame.first <= point[0] <= frame.last]
    if len(seen) < 2:
        return
    inside = [(at, *(min(max(value, frame.low), frame.high) for value in rest)) for at, *rest in seen]
    above = [(frame.x(at), frame.y(high)) for at, _, _, high in inside]
    below = [(frame.x(at), frame.y(low)) for at, low, _, _ in reversed(inside)]
    likely = _path((frame.x(at), frame.y(middle)) for at, _, middle, _ in inside)
    yield f'<path d="{_path([*above, *below])}Z" fill="{colours.line}" fill-opacity="0.18"/>'
    yield f'<path d="{likely}" fill="none" stroke="{colours.line}" stroke-width="1.5" stroke-dasharray="5 3"/>'


def _alarms(case: Evidence, frame: _Frame, colours: _Colours) -> Iterable[str]:
    for at in case.alarms:
        if frame.first <= at <= frame.last:
            yield f'<rect x="{frame.x(at):.1f}" y="{HEIGHT - BOTTOM:g}" width="3" height="5" fill="{colours.alarm}"/>'


def _start(case: Evidence, frame: _Frame, words: dict[str, str], colours: _Colours) -> Iterable[str]:
    at = _ms(case.started_at)
    if frame.first <= at <= frame.last:
        x, right = frame.x(at), frame.x(at) > WIDTH / 2
        text = words["start"].format(at=_moment(case.started_at, case.zone))
        yield _rule(x, colours.alarm)
        yield _text(x + (-4 if right else 4), TOP + 10, text, colours.alarm, anchor="end" if right else "start")


def _window(case: Evidence, frame: _Frame, words: dict[str, str], colours: _Colours) -> Iterable[str]:
    if case.window is None:
        return
    p10, p50, p90 = (_ms(at) for at in case.window)
    left, right = frame.x(max(p10, frame.first)), frame.x(min(p90, frame.last))
    if right > left:
        size = f'width="{right - left:.1f}" height="{HEIGHT - TOP - BOTTOM:g}"'
        yield f'<rect x="{left:.1f}" y="{TOP:g}" {size} fill="{colours.window}"/>'
    if frame.first <= p50 <= frame.last:
        x, room = frame.x(p50), frame.x(p50) < WIDTH - RIGHT - 130
        text = words["likely"].format(at=_moment(case.window[1], case.zone))
        yield _rule(x, colours.ink)
        anchor = "start" if room else "end"
        yield _text(x + (4 if room else -4), HEIGHT - BOTTOM - 6, text, colours.ink, anchor=anchor)


def _rule(x: float, colour: str) -> str:
    return f'<path d="M{x:.1f} {TOP:g}V{HEIGHT - BOTTOM:g}" stroke="{colour}" stroke-dasharray="4 3"/>'


def _grid(case: Evidence, frame: _Frame, colours: _Colours) -> Iterable[str]:
    for value in ticks(frame.low, frame.high):
        y = frame.y(value)
        yield f'<path d="M{LEFT:g} {y:.1f}H{WIDTH - RIGHT:g}" stroke="{colours.grid}"/>'
        yield _text(LEFT - 8, y + 4, figure(value), colours.soft, anchor="end")
    yield f'<path d="M{LEFT:g} {HEIGHT - BOTTOM:g}H{WIDTH - RIGHT:g}" stroke="{colours.soft}"/>'
    for at in _instants(frame, case.zone):
        yield _text(frame.x(_ms(at)), HEIGHT - BOTTOM + 20, _label(at), colours.soft, anchor="middle")


def _instants(frame: _Frame, zone: ZoneInfo) -> Iterable[datetime]:
    """Return round instants of the zone, so far apart that their labels have room."""
    hours = (frame.last - frame.first) / 3_600_000
    step = next((step for step in _STEPS_HOURS if hours / step <= MOST_LABELS), _STEPS_HOURS[-1])
    local = datetime.fromtimestamp(frame.first / 1000, tz=UTC).astimezone(zone)
    at = local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    while _ms(at) <= frame.last:
        if _ms(at) >= frame.first and frame.x(_ms(at)) <= WIDTH - RIGHT - 20:
            yield at.astimezone(zone)
        at += timedelta(hours=step)


def _label(at: datetime) -> str:
    return f"{at:%m-%d}" if (at.hour, at.minute) == (0, 0) else f"{at:%m-%d %H:%M}"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%m-%d %H:%M}"


def ticks(low: float, high: float) -> list[float]:
    """Return three to seven round values between two that differ."""
    span = high - low
    base = 10.0 ** math.floor(math.log10(span / 4))
    step = next(base * by for by in (1, 2, 2.5, 5, 10) if span / (base * by) <= 6)
    first = math.ceil(low / step)
    return [n * step for n in range(first, math.floor(high / step) + 1)]


def figure(value: float) -> str:
    """Return a value with four digits at most that count, without a power of ten where it is readable."""
    if value == 0 or not 1e-4 <= abs(value) < 1e7:
        return f"{value:.3g}"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:.{min(digits, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _description(case: Evidence, words: dict[str, str]) -> str:
    text = ""
    if case.points and case.band:
        _, low, high = case.band[-1]
        text = words["desc"].format(
            last=figure(case.points[-1][1]),
            unit=case.unit,
            low=figure(low),
            high=figure(high),
            at=_moment(case.started_at, case.zone),
        )
    if case.window is not None:
        p10, p50, p90 = (_moment(at, case.zone) for at in case.window)
        text += words["desc_window"].format(p10=p10, p50=p50, p90=p90, basis=_basis(case, words))
    if case.ahead:
        at, low, _, high = case.ahead[-1]
        moment = _moment(datetime.fromtimestamp(at / 1000, tz=UTC), case.zone)
        text += words["desc_ahead"].format(low=figure(low), high=figure(high), unit=case.unit, at=moment)
    elif case.ahead_note in words:
        text += f" {words[case.ahead_note]}."
    return text or words["none"]


def _legend(case: Evidence, words: dict[str, str], colours: _Colours) -> str:
    names = [
        (words["observed"], colours.line, 3),
        (words["band"], colours.band, 10),
        (words["alarm"], colours.alarm, 6),
    ]
    if case.ahead:
        names.append((words["ahead"], colours.line, 2))
    if case.window is not None:
        names.append((words["window"] + _basis(case, words), colours.window, 10))
    parts, x = [], 16.0
    for name, colour, height in names:
        parts.append(f'<rect x="{x:g}" y="{40 - height / 2:g}" width="14" height="{height}" fill="{colour}"/>')
        parts.append(_text(x + 20, 44, name, colours.soft))
        x += 36 + 7.2 * sum(2 if unicodedata.east_asian_width(letter) == "W" else 1 for letter in name)
    return "".join(parts)


def _basis(case: Evidence, words: dict[str, str]) -> str:
    """Return in words what the failure window rests on, nothing where that was not written down."""
    return words[case.basis[0]].format(failures=case.basis[1]) if case.basis is not None else ""


def _text(
    x: float, y: float, words: str, colour: str, *, anchor: str = "start", size: int = 12, weight: int = 400
) -> str:
    look = f'fill="{colour}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{_plain(words)}</text>'


def _plain(words: str) -> str:
    """Return text for an XML document: marks escaped, characters that it may not hold left out."""
    return escape("".join(letter for letter in words if letter >= " " and letter not in "\ufffe\uffff"))
