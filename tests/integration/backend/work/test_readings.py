"""What a checklist reads off a meter is the asset's own reading once the visit is completed."""

from decimal import Decimal

from sqlalchemy.orm import Session

from backend.assets import meters
from backend.assets.models import MeterKind, MeterReading, ReadingSource
from backend.checklists import service as checklists
from backend.checklists.answers import Item, ItemType
from backend.checklists.conditions import Condition, Operator
from backend.work.lifecycle import VisitAction
from backend.work.service import readings, reports
from tests.integration.backend.work.scene import HOUR, NOON, a_scene, a_visit, do_visit, phone_of, reported, step

RUNS = Item(key="runs", text_zh="运行中", text_en="Running", type=ItemType.BOOL)
HOURS = Item(
    key="hours", text_zh="运行小时", text_en="Hours", type=ItemType.READING, meter="hours", unit="h",
    shown_if=Condition(item="runs", op=Operator.EQUALS, value=True), mandatory=False,
)  # fmt: skip
LOST = Item(key="lost", text_zh="电表", text_en="kWh", type=ItemType.READING, meter="energy", mandatory=False)


def test_readings_go_to_the_meter_once_and_late_ones_too(session: Session) -> None:
    scene = a_scene(session)
    meter = meters.create_meter(session, scene.asset, code="hours", name="运行", unit="h", kind=MeterKind.CUMULATIVE)
    made = checklists.create_version(session, "m", name_zh="表", name_en="M", items=[RUNS, HOURS, LOST])
    checklists.publish_version(session, made.id, at=NOON)
    visit, chen = a_visit(session, scene), phone_of(scene.chen)
    do_visit(session, visit.id, chen, until=VisitAction.START)

    def answer(item: str, value: object, minutes: float) -> None:
        reports.answer_checklist(session, visit.id, item=item, value=value, by=reported(chen, minutes))

    def read() -> list[MeterReading]:
        rows = meters.list_readings(session, meter.id, limit=10)
        return sorted(rows, key=lambda row: row.at)

    answer("hours", "1000", 42)
    answer("runs", False, 43)
    answer("lost", "7", 44)
    readings.read_meters(session, visit.id)
    step(session, visit.id, VisitAction.COMPLETE, chen, 50)
    readings.read_meters(session, visit.id)
    assert read() == []

    answer("runs", True, 51)
    for _ in range(2):
        readings.read_meters(session, visit.id)
    answer("hours", "1002.5", 55)
    readings.read_meters(session, visit.id)

    assert [(row.value, row.source, row.fault) for row in read()] == [
        (Decimal(1000), ReadingSource.VISIT, None),
        (Decimal("1002.5"), ReadingSource.VISIT, None),
    ]
    assert read()[0].at == NOON + 42 * HOUR / 60
