"""When orders come in: more each month, less at the week's end, most in the morning."""

from collections.abc import Iterator

HOUR, DAY = 3600, 86_400
SHANGHAI = 8 * HOUR
BY_HOUR = (2, 2, 1, 1, 1, 2, 4, 9, 16, 19, 18, 14, 9, 12, 15, 14, 12, 10, 7, 6, 5, 4, 3, 3)
BY_WEEKDAY = (12, 11, 10, 10, 10, 6, 5)
"""Monday first."""
BY_MONTH = (9, 8, 9, 9, 10, 12, 15, 15, 12, 9, 9, 10)
"""January first: cooling fails in summer."""
GROWTH = 0.6
"""The last day has so much more than the first."""


def arrivals(count: int, until: int, *, days: int) -> Iterator[float]:
    """Yield `count` instants of the days before `until`, in order, in seconds of the epoch."""
    begin = (until // HOUR - days * 24) * HOUR
    weights = [_weight(begin + hour * HOUR, hour / (days * 24)) for hour in range(days * 24)]
    total, hour, before = float(sum(weights)), 0, 0.0
    for place in range(count):
        share = (place + 0.5) / count * total
        while before + weights[hour] < share:
            before += weights[hour]
            hour += 1
        yield begin + (hour + (share - before) / weights[hour]) * HOUR


def _weight(at: int, elapsed: float) -> float:
    local = at + SHANGHAI
    days = local // DAY
    month = int((days % 365.2425) / 30.44) % 12
    return BY_HOUR[local % DAY // HOUR] * BY_WEEKDAY[(days + 3) % 7] * BY_MONTH[month] * (1 + GROWTH * elapsed)
