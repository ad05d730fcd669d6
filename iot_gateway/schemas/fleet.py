"""The fleet's figures, as HTTP shows them."""

from pydantic import AwareDatetime

from iot_gateway.broker_health import BrokerWarning
from iot_gateway.schemas.devices import Out
from iot_gateway.service.fleet import BrokerView, Summary


class CountsOut(Out):
    """How many devices are how; `online` is `ok` and `alarm`."""

    total: int
    online: int
    ok: int
    alarm: int
    silent: int
    unknown: int
    revoked: int


class ModelOut(CountsOut):
    """The devices of one model."""

    model: str


class FlowOut(Out):
    """What comes in; a minute is [epoch milliseconds, samples, dead letters], the last one is not over."""

    per_second: float
    minutes: list[tuple[int, int, int]]
    commit_ms: float | None
    commit_ms_max: int | None
    newest_age_ms: int | None


class ReasonOut(Out):
    """Dead letters of one reason."""

    reason: str
    count: int


class RefusalsOut(Out):
    """Dead letters since an instant."""

    since: AwareDatetime
    total: int
    waiting: int
    capped: bool
    reasons: list[ReasonOut]


class FleetOut(Out):
    """The fleet of the caller's tenant."""

    at: AwareDatetime
    counts: CountsOut
    models: list[ModelOut]
    flow: FlowOut
    dead_letters: RefusalsOut
    scorer_lag_seconds: float | None

    @classmethod
    def of(cls, found: Summary, *, since: AwareDatetime) -> "FleetOut":
        """Show a fleet."""
        refused = found.refusals
        return cls(
            at=found.at,
            counts=CountsOut.model_validate(found.counts),
            models=[
                ModelOut(model=model, **CountsOut.model_validate(counts).model_dump()) for model, counts in found.models
            ],
            flow=FlowOut(
                per_second=round(found.flow.per_second, 3),
                minutes=[(int(one.at.timestamp() * 1000), one.samples, one.letters) for one in found.flow.minutes],
                commit_ms=found.flow.commit_ms,
                commit_ms_max=found.flow.commit_ms_max,
                newest_age_ms=found.flow.newest_age_ms,
            ),
            dead_letters=RefusalsOut(
                since=since,
                total=refused.total,
                waiting=refused.waiting,
                capped=refused.capped,
                reasons=[ReasonOut(reason=reason, count=count) for reason, count in refused.reasons],
            ),
            scorer_lag_seconds=found.scorer_lag_seconds,
        )


class BrokerFiguresOut(Out):
    """The broker as one gateway hears it; `clients_connected` counts gateways and their watchers too."""

    gateway: str
    at: AwareDatetime
    heard_at: AwareDatetime | None
    version: str | None
    uptime_seconds: int | None
    clients_connected: int | None
    sessions_abandoned: int | None
    messages_queued: int | None
    bytes_held: int | None
    dropped_total: int | None
    received_total: int | None
    sent_total: int | None
    bytes_received_total: int | None
    bytes_sent_total: int | None
    backlog: int
    scorer_lag_seconds: float | None


class BrokerMinuteOut(Out):
    """The broker's figures of one minute."""

    at: AwareDatetime
    clients_connected: int | None
    sessions_abandoned: int | None
    messages_queued: int | None
    dropped_total: int | None


class BrokerOut(Out):
    """The broker of the whole deployment, without the name of any tenant or device."""

    now: BrokerFiguresOut | None
    gateways: list[BrokerFiguresOut]
    history: list[BrokerMinuteOut]
    warnings: list[BrokerWarning]

    @classmethod
    def of(cls, view: BrokerView) -> "BrokerOut":
        """Show a broker."""
        return cls(
            now=BrokerFiguresOut.model_validate(view.newest) if view.newest is not None else None,
            gateways=[BrokerFiguresOut.model_validate(row) for row in view.gateways],
            history=[BrokerMinuteOut.model_validate(row) for row in view.history],
            warnings=list(view.warnings),
        )
