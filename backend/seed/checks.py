"""Checklists of the demo company."""

from decimal import Decimal

from backend.checklists.answers import Item, ItemType

SAFETY = (
    Item(key="lockout", type=ItemType.BOOL, text_zh="已断电挂牌", text_en="Locked out and tagged", mandatory=True),
)
CLOSING = (
    Item(key="test_run", type=ItemType.BOOL, text_zh="试运行正常", text_en="Test run is good", mandatory=True),
    Item(key="remark", type=ItemType.TEXT, text_zh="备注", text_en="Remark", mandatory=False),
)


def _reading(key: str, zh: str, en: str, unit: str, *, low: str, high: str) -> Item:
    return Item(
        key=key,
        type=ItemType.NUMBER,
        text_zh=zh,
        text_en=en,
        unit=unit,
        min=Decimal(low),
        max=Decimal(high),
        mandatory=True,
    )


BY_CLASS: dict[str, tuple[Item, ...]] = {
    "chiller": (_reading("supply_temp", "供水温度", "Supply temperature", "°C", low="3", high="15"),),
    "pump": (
        _reading("vibration", "振动", "Vibration", "mm/s", low="0", high="4.5"),
        _reading("bearing_temp", "轴承温度", "Bearing temperature", "°C", low="5", high="85"),
    ),
    "lift": (_reading("door_cycle", "开关门时间", "Door cycle", "s", low="2", high="9"),),
    "ev_charger": (_reading("insulation", "绝缘电阻", "Insulation", "MΩ", low="1", high="1000"),),
    "thermometer": (_reading("reference", "对照温度", "Reference temperature", "°C", low="-50", high="150"),),
}
