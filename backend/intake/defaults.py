"""The rules that a tenant starts with."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class DefaultRule:
    """What a failure group usually asks for."""

    failure_group: str
    skill: str
    skill_level: int
    priorities: tuple[int, int, int]
    """For criticality A, B, C."""
    part_number: str | None
    """None: what it takes is known only on site."""
    quantity: Decimal
    duration_minutes: int
    text_zh: str
    text_en: str


ONE = Decimal(1)
WORK_TYPE = "predictive"

DEFAULTS: tuple[DefaultRule, ...] = (
    DefaultRule(
        failure_group="bearing",
        skill="rotating",
        skill_level=2,
        priorities=(2, 3, 3),
        part_number="BRG-6205",
        quantity=ONE,
        duration_minutes=120,
        text_zh="轴承劣化",
        text_en="Bearing wear",
    ),
    DefaultRule(
        failure_group="heat_exchanger",
        skill="refrigeration",
        skill_level=2,
        priorities=(2, 3, 3),
        part_number="HX-GASKET",
        quantity=ONE,
        duration_minutes=150,
        text_zh="换热器结垢",
        text_en="Heat exchanger fouling",
    ),
    DefaultRule(
        failure_group="refrigerant",
        skill="refrigeration",
        skill_level=3,
        priorities=(2, 2, 3),
        part_number="REF-R134A",
        quantity=Decimal(2),
        duration_minutes=120,
        text_zh="制冷剂不足",
        text_en="Loss of refrigerant",
    ),
    DefaultRule(
        failure_group="filter",
        skill="rotating",
        skill_level=1,
        priorities=(3, 3, 4),
        part_number="FLT-0150",
        quantity=ONE,
        duration_minutes=45,
        text_zh="过滤器堵塞",
        text_en="Clogged filter",
    ),
    DefaultRule(
        failure_group="door",
        skill="lift",
        skill_level=2,
        priorities=(1, 2, 3),
        part_number="DOOR-DRV-7",
        quantity=ONE,
        duration_minutes=90,
        text_zh="门机劣化",
        text_en="Door drive wear",
    ),
    DefaultRule(
        failure_group="cooling_fan",
        skill="electrical",
        skill_level=1,
        priorities=(2, 3, 3),
        part_number="FAN-120-24",
        quantity=ONE,
        duration_minutes=60,
        text_zh="散热风扇劣化",
        text_en="Cooling fan wear",
    ),
    DefaultRule(
        failure_group="connector",
        skill="electrical",
        skill_level=2,
        priorities=(1, 2, 3),
        part_number="CON-CCS2",
        quantity=ONE,
        duration_minutes=60,
        text_zh="充电枪接触不良",
        text_en="Worn charging connector",
    ),
    DefaultRule(
        failure_group="temperature",
        skill="controls",
        skill_level=1,
        priorities=(2, 3, 3),
        part_number="TS-PT100",
        quantity=ONE,
        duration_minutes=60,
        text_zh="温度异常",
        text_en="Abnormal temperature",
    ),
    DefaultRule(
        failure_group="compressor",
        skill="refrigeration",
        skill_level=3,
        priorities=(1, 2, 3),
        part_number="CMP-CTR-40",
        quantity=ONE,
        duration_minutes=150,
        text_zh="压缩机频繁启停",
        text_en="Compressor short cycling",
    ),
    DefaultRule(
        failure_group="belt",
        skill="rotating",
        skill_level=1,
        priorities=(2, 3, 3),
        part_number="BLT-XPB",
        quantity=ONE,
        duration_minutes=60,
        text_zh="皮带打滑",
        text_en="Slipping belt",
    ),
    DefaultRule(
        failure_group="impeller",
        skill="rotating",
        skill_level=2,
        priorities=(2, 2, 3),
        part_number="IMP-0150",
        quantity=ONE,
        duration_minutes=180,
        text_zh="叶轮气蚀",
        text_en="Impeller cavitation",
    ),
    DefaultRule(
        failure_group="battery",
        skill="electrical",
        skill_level=1,
        priorities=(2, 3, 4),
        part_number="BAT-ER14505",
        quantity=ONE,
        duration_minutes=30,
        text_zh="电池衰减",
        text_en="Battery ageing",
    ),
    DefaultRule(
        failure_group="sensor",
        skill="controls",
        skill_level=1,
        priorities=(3, 3, 4),
        part_number="TS-PT100",
        quantity=ONE,
        duration_minutes=45,
        text_zh="传感器异常",
        text_en="Faulty sensor",
    ),
    DefaultRule(
        failure_group="limit",
        skill="controls",
        skill_level=1,
        priorities=(2, 3, 3),
        part_number=None,
        quantity=ONE,
        duration_minutes=60,
        text_zh="超出设定限值",
        text_en="Beyond a limit that was set",
    ),
)

FALLBACK = ("controls", 2, 3, 90)
"""Skill, level, priority and minutes where no rule is known: somebody has to look."""
