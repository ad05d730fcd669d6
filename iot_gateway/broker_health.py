"""What is wrong with a broker, from its figures now and before."""

from dataclasses import dataclass
from enum import StrEnum

QUIET_SECONDS, LAG_SECONDS = 60.0, 60.0
QUEUE_FROM, SESSIONS_FROM = 1000, 10
QUEUE_GROWTH, SESSION_GROWTH = 1.5, 1.2


class BrokerWarning(StrEnum):
    """Something that somebody should look at."""

    QUIET = "quiet"
    QUEUE_GROWS = "queue_grows"
    SESSIONS_GROW = "sessions_grow"
    DROPS = "drops"
    SCORER_LAGS = "scorer_lags"


@dataclass(frozen=True)
class Reading:
    """Figures of one moment; None is what is not known."""

    queued: int | None = None
    abandoned: int | None = None
    dropped: int | None = None


def warnings_of(
    now: Reading, *, before: Reading, hour_ago: Reading, quiet_seconds: float | None, scorer_lag: float | None
) -> list[BrokerWarning]:
    """Return what is wrong.

    `before` is of some minutes ago; `quiet_seconds` is how long the broker said nothing, None when it never did.
    A restarted broker counts its drops from nothing.
    """
    found: list[BrokerWarning] = []
    if quiet_seconds is None or quiet_seconds > QUIET_SECONDS:
        found.append(BrokerWarning.QUIET)
    if _grew(now.queued, before.queued, least=QUEUE_FROM, factor=QUEUE_GROWTH):
        found.append(BrokerWarning.QUEUE_GROWS)
    if _grew(now.abandoned, hour_ago.abandoned, least=SESSIONS_FROM, factor=SESSION_GROWTH):
        found.append(BrokerWarning.SESSIONS_GROW)
    if _dropped(now.dropped, hour_ago.dropped):
        found.append(BrokerWarning.DROPS)
    if scorer_lag is not None and scorer_lag > LAG_SECONDS:
        found.append(BrokerWarning.SCORER_LAGS)
    return found


def _grew(now: int | None, before: int | None, *, least: int, factor: float) -> bool:
    return now is not None and before is not None and now >= least and now > factor * before


def _dropped(now: int | None, before: int | None) -> bool:
    if now is None or before is None:
        return False
    return now > (before if before <= now else 0)
