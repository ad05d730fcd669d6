"""The demo company as tables of data; `service` writes it through the rooms' own use cases."""

from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from kernel.auth import Role
from kernel.geo import LonLat

SLUG, NAME, TIME_ZONE = "demo", "Fieldhand 演示公司", "Asia/Shanghai"


@dataclass(frozen=True)
class SitePlan:
    """A customer's site and the assets on it."""

    key: str
    customer: str
    name: str
    address: str
    position: LonLat
    access: str


@dataclass(frozen=True)
class AssetPlan:
    """An asset with its place in the tree, its device, and the serial inside that is swapped in a repair."""

    device: str
    kind: str
    name: str
    site: str
    area: str
    criticality: str
    maker: str
    component: tuple[str, str] | None = None
    """(part number, serial) installed at seed time."""


@dataclass(frozen=True)
class TechnicianPlan:
    """A technician, home, skills and shift, and what the van holds."""

    username: str
    name: str
    home: LonLat
    skills: dict[str, int]
    shift: tuple[time, time]
    van: dict[str, int]


CUSTOMERS = {
    "harbour": ("浦江冷链物流", "021-5550-1001", "service@pujiang-cold.example"),
    "tower": ("静安国际中心物业", "021-5550-1002", "facility@jingan-tower.example"),
    "hospital": ("徐汇人民医院", "021-5550-1003", "engineering@xuhui-hospital.example"),
    "metro": ("虹桥交通枢纽", "021-5550-1004", "ops@hongqiao-hub.example"),
    "park": ("张江科技园", "021-5550-1005", "energy@zhangjiang-park.example"),
}

SITES = (
    SitePlan(
        "SH-01",
        "harbour",
        "浦江一号冷库",
        "杨浦区杨树浦路 2300 号",
        LonLat(121.5416, 31.2636),
        "门卫登记，冷库需防寒服",
    ),
    SitePlan(
        "SH-02", "tower", "静安国际中心 A 座", "静安区南京西路 1200 号", LonLat(121.4539, 31.2304), "地下二层货梯"
    ),
    SitePlan(
        "SH-03",
        "hospital",
        "徐汇人民医院能源中心",
        "徐汇区漕溪北路 600 号",
        LonLat(121.4365, 31.1884),
        "工作前联系值班工程师",
    ),
    SitePlan(
        "SH-04", "metro", "虹桥枢纽东交通中心", "闵行区申虹路 1500 号", LonLat(121.3270, 31.1945), "凭工作证走员工通道"
    ),
    SitePlan("SH-05", "park", "张江科技园动力站", "浦东新区祖冲之路 800 号", LonLat(121.5990, 31.2010), "园区 3 号门"),
)

ASSETS = (
    AssetPlan("demo-chiller-01", "chiller", "1# 离心冷水机组", "SH-01", "制冷机房", "A", "Aurora"),
    AssetPlan("demo-chiller-02", "chiller", "2# 螺杆冷水机组", "SH-03", "能源中心机房", "A", "Aurora"),
    AssetPlan("demo-pump-01", "pump", "1# 冷冻水泵", "SH-03", "水泵房", "A", "Kestrel", ("BRG-6205", "K-2301")),
    AssetPlan("demo-pump-02", "pump", "2# 冷却水泵", "SH-01", "水泵房", "B", "Kestrel"),
    AssetPlan("demo-pump-03", "pump", "3# 生活水泵", "SH-02", "地下二层", "B", "Kestrel"),
    AssetPlan("demo-lift-01", "lift", "A 座 1# 客梯", "SH-02", "核心筒", "A", "Sable", ("DOOR-DRV-7", "D-7781")),
    AssetPlan("demo-lift-02", "lift", "A 座 2# 客梯", "SH-02", "核心筒", "B", "Sable", ("DOOR-DRV-7", "D-7782")),
    AssetPlan(
        "demo-lift-03", "lift", "到达层自动扶梯侧客梯", "SH-04", "到达层", "A", "Sable", ("DOOR-DRV-7", "D-7790")
    ),
    AssetPlan("demo-ev-01", "ev_charger", "P1 1# 充电桩", "SH-04", "P1 停车库", "C", "Volta", ("FAN-120-24", "F-3301")),
    AssetPlan("demo-ev-02", "ev_charger", "P1 2# 充电桩", "SH-04", "P1 停车库", "C", "Volta", ("FAN-120-24", "F-3302")),
    AssetPlan("demo-ev-03", "ev_charger", "园区 1# 充电桩", "SH-05", "停车场", "C", "Volta", ("FAN-120-24", "F-3310")),
    AssetPlan(
        "demo-replay-01", "thermometer", "关键设备温度", "SH-05", "服务器机房", "A", "Thermo", ("TS-PT100", "T-9001")
    ),
)

MODELS = {
    "chiller": ("冷水机组", "Chiller"),
    "pump": ("水泵", "Pump"),
    "lift": ("电梯", "Lift"),
    "ev_charger": ("充电桩", "EV charger"),
    "thermometer": ("温度监测点", "Temperature point"),
}

PARTS = {
    "BRG-6205": ("轴承套件 6205", "pcs", True, Decimal("186.00")),
    "PMP-SEAL-40": ("机械密封 40 mm", "pcs", False, Decimal("240.00")),
    "FAN-120-24": ("散热风扇 120 mm 24 V", "pcs", True, Decimal("95.00")),
    "CON-CCS2": ("CCS2 充电枪头", "pcs", True, Decimal("1280.00")),
    "FLT-0150": ("过滤器滤芯 DN150", "pcs", False, Decimal("320.00")),
    "REF-R134A": ("制冷剂 R134a", "kg", False, Decimal("78.00")),
    "HX-GASKET": ("换热器垫片", "pcs", False, Decimal("65.00")),
    "DOOR-DRV-7": ("门机驱动器 7 型", "pcs", True, Decimal("2150.00")),
    "TS-PT100": ("温度传感器 PT100", "pcs", True, Decimal("130.00")),
}
"""number -> (name, unit, serial tracked, unit cost in CNY)"""

WAREHOUSES = {
    "WH-HQ": ("虹桥中心库", LonLat(121.3580, 31.2010)),
    "WH-PD": ("浦东前置库", LonLat(121.5600, 31.2200)),
}
WAREHOUSE_STOCK = {"WH-HQ": 6, "WH-PD": 3}
"""Pieces of every part in each warehouse."""

DAY, NIGHT = (time(8), time(20)), (time(20), time(8))

TECHNICIANS = (
    TechnicianPlan("chen", "陈志强", LonLat(121.5100, 31.2500), {"refrigeration": 3, "rotating": 1}, DAY,
                   {"REF-R134A": 8, "HX-GASKET": 4}),
    TechnicianPlan("gao", "高建国", LonLat(121.4200, 31.1900), {"rotating": 3, "refrigeration": 1}, DAY,
                   {"PMP-SEAL-40": 2, "FLT-0150": 2}),
    TechnicianPlan("li", "李明", LonLat(121.4700, 31.2200), {"lift": 3, "electrical": 2, "controls": 2}, DAY,
                   {"DOOR-DRV-7": 1, "TS-PT100": 2}),
    TechnicianPlan("sun", "孙伟", LonLat(121.3900, 31.2000), {"rotating": 2, "electrical": 2, "lift": 1}, NIGHT,
                   {"FAN-120-24": 2, "CON-CCS2": 1}),
    TechnicianPlan("wang", "王磊", LonLat(121.5500, 31.2200), {"controls": 3, "electrical": 3, "rotating": 1}, NIGHT,
                   {"TS-PT100": 2, "BRG-6205": 1, "FAN-120-24": 1}),
    TechnicianPlan("zhao", "赵敏", LonLat(121.4600, 31.2400), {"refrigeration": 3, "lift": 2, "rotating": 2}, NIGHT,
                   {"REF-R134A": 6, "DOOR-DRV-7": 1, "FLT-0150": 1}),
)  # fmt: skip

OFFICE_USERS = {
    "dispatcher": ("调度员 林", Role.DISPATCHER),
    "warehouse": ("仓管员 周", Role.WAREHOUSE),
    "supervisor": ("主管 何", Role.SUPERVISOR),
    "admin": ("管理员", Role.ADMIN),
}

VERIFY_SAMPLES, VERIFY_SECONDS = 15, 15
"""The demo's machines send every second after a repair, so that seconds prove it; a plant would take hours."""
