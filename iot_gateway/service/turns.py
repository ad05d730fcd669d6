"""The turns of cases as lines of a timeline: opened, put to the proof, recovered, closed."""

from collections.abc import Collection
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from iot_gateway.models.detection import DeviceCase
from kernel.timeline import Line, Window, newest

MOST = 200
"""Cases whose turns are told at once; more of them are an incident, which has a list of its own."""


def lines(session: Session, case_ids: Collection[UUID], window: Window) -> list[Line]:
    """Return the newest turns of cases, the latest first."""
    rows = session.scalars(
        select(DeviceCase).where(DeviceCase.id.in_(case_ids)).order_by(DeviceCase.id.desc()).limit(MOST)
    )
    return newest((line for case in rows for line in _turns(case)), window)


def _turns(case: DeviceCase) -> list[Line]:
    said = "\n".join(str(case.summary[key]) for key in ("text_zh", "text_en") if case.summary.get(key))
    turns = (
        ("opened", case.opened_at, said),
        ("verifying", case.verify_from, ""),
        ("recovered", case.recovered_at, ""),
        ("closed", case.closed_at, case.finding_note or ""),
    )
    return [
        Line(
            id=uuid5(case.id, turn),
            at=at,
            received_at=at,
            kind="case",
            code=f"case.{turn}",
            text=text,
            source="telemetry",
            data={
                "case_id": str(case.id),
                "device_id": str(case.device_id),
                "failure_group": case.failure_group,
                "severity": case.severity,
                "finding": case.finding,
            },
            seq=number,
        )
        for number, (turn, at, text) in enumerate(turns)
        if at is not None
    ]
