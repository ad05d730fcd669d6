"""The evidence of a case as a picture."""

from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from iot_gateway.detect.names import NAMES
from iot_gateway.evidence_plot import Evidence, Theme, draw
from iot_gateway.service import readings
from iot_gateway.service.devices import get_device
from kernel.languages import Language


def case_picture(session: Session, case_id: UUID, *, language: Language, theme: Theme) -> str:
    """Return the leading metric of a case against its expected band as an SVG document.

    Raises:
        CaseNotFound: there is none.
    """
    view = readings.case_view(session, case_id)
    line, chart = view.line, view.chart
    window = None
    if line.p10_at is not None and line.p50_at is not None and line.p90_at is not None:
        window = (line.p10_at, line.p50_at, line.p90_at)
    english, chinese = NAMES.get(chart.metric, (chart.metric, chart.metric))
    shown = Evidence(
        device=line.device_name,
        metric=english if language is Language.EN else chinese,
        unit=chart.unit,
        points=chart.points,
        band=chart.band or (),
        alarms=view.alarms,
        start=chart.start,
        end=chart.end,
        started_at=line.started_at,
        window=window,
        basis=(line.window_basis, line.window_failures or 0) if line.window_basis is not None else None,
        ahead=[(at, low, likely, high) for at, low, likely, high in view.forecast.points] if view.forecast else (),
        ahead_note=view.forecast.note if view.forecast else None,
        zone=ZoneInfo(get_device(session, line.device_id).time_zone),
    )
    return draw(shown, language=language, theme=theme)
