"""The words of a large tenant as tables: names, faults, reasons, and how often each occurs."""

from dataclasses import dataclass

PLACES = ("浦江", "静安", "徐汇", "虹桥", "张江", "临港", "嘉定", "松江", "青浦", "奉贤", "宝山", "杨浦", "闵行")
BRANDS = ("恒信", "远达", "瑞丰", "中汇", "安泰", "博联", "华新", "金桥", "盛源", "天泽", "Harbour", "Oriel")
TRADES = ("物业", "冷链物流", "人民医院", "商业广场", "数据中心", "食品工厂", "地铁", "Logistics", "Hotel", "科技园")
HOUSES = ("A 座", "B 座", "一号楼", "二号楼", "能源中心", "动力站", "东门", "西区", "冷库", "Building 3")
ROADS = ("杨树浦路", "南京西路", "漕溪北路", "申虹路", "祖冲之路", "沪青平公路", "宝安公路", "人民南路")
ROOMS = ("制冷机房", "水泵房", "地下二层", "屋面", "P1 停车库", "核心筒", "服务器机房", "到达层")
MAKERS = ("Aurora", "Kestrel", "Sable", "Volta", "Thermo", "Norden")

QUEUES = ("east", "west", "north", "south", "lifts", "cold-chain")
"""The first four are parts of the town, in the order of the quadrants; two teams look after a kind of asset."""
TEAM_OF_CLASS = {"lift": "lifts", "chiller": "cold-chain"}
LABELS = {
    "recurring": ("反复", "Recurring", "#b45309"),
    "vip": ("重点客户", "VIP", "#7c3aed"),
    "warranty": ("质保", "Warranty", "#0f766e"),
    "quote": ("需报价", "Quote", "#1d4ed8"),
    "safety": ("安全", "Safety", "#b91c1c"),
    "night-work": ("夜间施工", "Night work", "#334155"),
    "two-people": ("双人", "Two people", "#15803d"),
    "photo-missing": ("缺照片", "Photo missing", "#a16207"),
    "overtime": ("加班", "Overtime", "#be185d"),
}
"""code -> (name in Chinese, in English, colour), the most frequent first"""
SUBSTATUSES = {
    ("open", "customer-callback"): ("待客户回电", "Customer calls back"),
    ("open", "quote-sent"): ("已报价", "Quote sent"),
    ("waiting_parts", "ordered"): ("已订货", "Ordered"),
    ("scheduled", "permit"): ("待许可", "Permit pending"),
    ("scheduled", "crane"): ("待吊车", "Crane booked"),
    ("completed", "report-due"): ("待报告", "Report due"),
}
"""(state, code) -> (name in Chinese, in English)"""
WORK_TYPES = (("corrective", 62), ("preventive", 20), ("inspection", 12), ("installation", 6))
SOURCES = (("agent", 42), ("customer", 30), ("plan", 18), ("rule", 5), ("api", 5))
CHANNELS = (("phone", 40), ("web", 18), ("qr", 16), ("wechat", 14), ("mail", 8), ("mobile", 3), ("api", 1))
PRIORITIES = (("1", 6), ("2", 24), ("3", 50), ("4", 20))
CLASSES = (("pump", 34), ("lift", 24), ("chiller", 18), ("ev_charger", 16), ("thermometer", 8))
SKILLS = {
    "pump": "rotating",
    "lift": "lift",
    "chiller": "refrigeration",
    "ev_charger": "electrical",
    "thermometer": "controls",
}
OFFICE = ("调度员 林", "调度员 陆", "调度员 Wu", "客服 方")
SUPERVISORS = ("主管 何", "主管 沈")
SURNAMES, GIVEN = "陈高李孙王赵周吴郑冯蒋韩杨朱秦许", "志强建国明伟磊敏杰涛静勇军霞峰超平辉"


@dataclass(frozen=True)
class Fault:
    """What is wrong with an asset: how people say it, and what the technician finds."""

    zh: str
    en: str
    mode: str
    cause: str
    activity: str


FAULTS: dict[str, tuple[Fault, ...]] = {
    "pump": (
        Fault("轴承异响", "Bearing noise", "bearing", "wear", "replace"),
        Fault("机械密封漏水", "Mechanical seal leaks", "seal", "wear", "replace"),
        Fault("振动偏高", "High vibration", "imbalance", "misalignment", "align"),
        Fault("流量不足", "Low flow", "clogged_filter", "dirt", "clean"),
    ),
    "lift": (
        Fault("开关门异常", "Door does not close", "door", "drive_fault", "replace"),
        Fault("平层不准", "Levelling is off", "levelling", "sensor_drift", "adjust"),
        Fault("困人报警", "Person trapped", "door", "controller", "reset"),
        Fault("运行抖动", "Ride is rough", "guide_shoe", "wear", "replace"),
    ),
    "chiller": (
        Fault("制冷量下降", "Cooling capacity is low", "refrigerant_leak", "leak", "refill"),
        Fault("高压报警", "High pressure alarm", "condenser_fouling", "dirt", "clean"),
        Fault("压缩机过热", "Compressor overheats", "compressor", "lubrication", "service"),
        Fault("出水温度波动", "Outlet temperature swings", "valve", "controller", "adjust"),
    ),
    "ev_charger": (
        Fault("充电中断", "Charging stops", "connector", "wear", "replace"),
        Fault("散热风扇故障", "Cooling fan fails", "fan", "wear", "replace"),
        Fault("无法启动充电", "Session does not start", "communication", "network", "reset"),
        Fault("绝缘报警", "Insulation alarm", "insulation", "moisture", "dry"),
    ),
    "thermometer": (
        Fault("读数漂移", "Reading drifts", "sensor", "ageing", "replace"),
        Fault("信号丢失", "Signal lost", "communication", "cable", "repair"),
    ),
}
PLANNED = {
    "preventive": ("季度保养", "Quarterly service"),
    "inspection": ("安全巡检", "Safety inspection"),
    "installation": ("安装调试", "Installation"),
}
"""What work is called that no fault has caused."""
REPORTED = ("值班人员反映", "客户电话反映", "巡检时发现", "物业群里报修", "Reported by the site:")
ASKED = ("请尽快安排", "可在夜间施工", "需提前登记入场", "联系值班工程师", "Call before arrival")
HOLDS = ("parts", "customer", "safety")
RETURNS = {"incomplete": ("parts", "skill", "diagnosis"), "no_access": ("nobody there", "no permit")}
CANCELS = ("duplicate", "customer withdrew", "works again", "other contractor")
REJECTS = ("too far", "not my skill", "day is full")
