"""What the metrics are called, for sentences that people read."""

from collections.abc import Mapping

NAMES: Mapping[str, tuple[str, str]] = {
    "supply_temp_c": ("Supply temperature", "供水温度"),
    "return_temp_c": ("Return temperature", "回水温度"),
    "condenser_temp_c": ("Condenser temperature", "冷凝温度"),
    "compressor_current_a": ("Compressor current", "压缩机电流"),
    "flow_m3h": ("Flow", "流量"),
    "vibration_mm_s": ("Vibration", "振动"),
    "load_pct": ("Load", "负载"),
    "ambient_c": ("Ambient temperature", "环境温度"),
    "pressure_kpa": ("Pressure", "压力"),
    "motor_current_a": ("Motor current", "电机电流"),
    "bearing_temp_c": ("Bearing temperature", "轴承温度"),
    "trips_per_h": ("Trips per hour", "每小时运行次数"),
    "door_cycle_s": ("Door cycle", "开关门时间"),
    "motor_temp_c": ("Motor temperature", "电机温度"),
    "power_kw": ("Power", "功率"),
    "voltage_v": ("Voltage", "电压"),
    "connector_temp_c": ("Connector temperature", "枪头温度"),
    "cabinet_temp_c": ("Cabinet temperature", "柜内温度"),
    "fan_rpm": ("Fan speed", "风扇转速"),
    "air_temp_c": ("Air temperature", "库温"),
    "evaporator_temp_c": ("Evaporator temperature", "蒸发温度"),
    "humidity_pct": ("Humidity", "湿度"),
    "battery_v": ("Battery voltage", "电池电压"),
    "value": ("Value", "测量值"),
}
"""metric -> English, Chinese"""
