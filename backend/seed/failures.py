"""Failure codes of the demo company, after the tables of ISO 14224: what its classes of assets fail by, and why."""

from backend.assets.models import CodeKind

Names = tuple[str, str]
"""Chinese, English."""

OF_ALL: dict[CodeKind, dict[str, Names]] = {
    CodeKind.MECHANISM: {
        "wear": ("磨损", "Wear"),
        "corrosion": ("腐蚀", "Corrosion"),
        "fatigue": ("疲劳", "Fatigue"),
        "blockage": ("堵塞", "Blockage"),
        "leakage": ("泄漏", "Leakage"),
        "overheating": ("过热", "Overheating"),
        "looseness": ("松动", "Looseness"),
        "short_circuit": ("短路", "Short circuit"),
        "no_signal": ("无信号", "No signal"),
        "unknown": ("未知", "Unknown"),
    },
    CodeKind.CAUSE: {
        "wear": ("正常磨损", "Expected wear and tear"),
        "design": ("设计", "Design"),
        "fabrication": ("制造", "Fabrication"),
        "installation": ("安装", "Installation"),
        "operation": ("操作", "Operation"),
        "maintenance": ("维护", "Maintenance"),
        "contamination": ("污染", "Contamination"),
        "supply": ("外部供给", "External supply"),
        "unknown": ("未知", "Unknown"),
    },
    CodeKind.ACTIVITY: {
        "replace": ("更换", "Replace"),
        "repair": ("修理", "Repair"),
        "adjust": ("调整", "Adjust"),
        "clean": ("清洁", "Clean"),
        "refit": ("翻新", "Refit"),
        "reset": ("复位", "Reset"),
        "inspect": ("检查", "Inspect"),
    },
}

MODES: dict[str, dict[str, Names]] = {
    "chiller": {
        "bearing": ("轴承", "Bearing"),
        "heat_exchanger": ("换热器", "Heat exchanger"),
        "filter": ("过滤器", "Filter"),
        "refrigerant": ("制冷剂", "Refrigerant"),
        "compressor": ("压缩机", "Compressor"),
    },
    "pump": {
        "bearing": ("轴承", "Bearing"),
        "filter": ("过滤器", "Filter"),
        "belt": ("皮带", "Belt"),
        "impeller": ("叶轮", "Impeller"),
        "seal": ("密封", "Seal"),
    },
    "lift": {"bearing": ("轴承", "Bearing"), "door": ("门系统", "Door"), "belt": ("皮带", "Belt")},
    "ev_charger": {"cooling_fan": ("散热风扇", "Cooling fan"), "connector": ("充电枪头", "Connector")},
    "thermometer": {"temperature": ("温度", "Temperature"), "battery": ("电池", "Battery")},
}
OF_EVERY_CLASS: dict[str, Names] = {
    "power": ("供电", "Power supply"),
    "sensor": ("传感器", "Sensor"),
    "control": ("控制", "Control"),
    "structure": ("结构", "Structure"),
    "other": ("其他", "Other"),
}
"""Modes that any machine has."""
