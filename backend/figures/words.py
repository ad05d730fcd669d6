"""What each figure is called and what it means, in the languages of the console."""

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """Name and meaning of a figure."""

    zh: str
    en: str
    meaning_zh: str
    meaning_en: str


WORDS: Mapping[str, Words] = {
    "sla_response": Words(
        "响应达成率",
        "SLA: response",
        (
            "本期到期的响应时钟中，首次接单不晚于到期时刻的占比。未完成且已超期计为未达成；已取消、暂停中、未到期的单列。"
        ),
        (
            "Of the response clocks due in the period, those whose first acceptance came no later than due. Open"
            " and overdue counts as missed; cancelled, paused and still running ones are left out and shown."
        ),
    ),
    "sla_on_site": Words(
        "到场达成率",
        "SLA: on site",
        "本期到期的到场时钟中，首次到场不晚于到期时刻的占比；其余同响应达成率。",
        "The same for the on-site clocks and the first arrival.",
    ),
    "sla_restore": Words(
        "修复达成率",
        "SLA: restore",
        "本期到期的修复时钟中，工单完工（验收驳回后以再次完工为准）不晚于到期时刻的占比；其余同响应达成率。",
        (
            "The same for the restore clocks and the end of the last visit; work that was rejected counts from"
            " its second end."
        ),
    ),
    "first_response": Words(
        "首次响应时间",
        "First response",
        (
            "本期客户提出的服务请求，从提出到首次人工处理（客服操作或工程师接单）的日历时间；自动派工不算。未响应的单列。"
        ),
        (
            "For tickets that people opened in the period: calendar time from opening to the first step by a"
            " person of ours, at the desk or by accepting a visit. Automatic steps do not count; unanswered ones"
            " are left out and shown."
        ),
    ),
    "auto_assignment": Words(
        "自动派工时间",
        "Automatic assignment",
        "本期开出的工单，从开单到系统首次派工的时间；与首次响应分开统计。",
        (
            "For orders opened in the period: time until the system first handed a visit to somebody; kept apart"
            " from the first response."
        ),
    ),
    "time_to_accept": Words(
        "接单时间（MTTA）",
        "Time to accept (MTTA)",
        "本期开出的工单，从开单到首次接单的时间；未接单、已取消的单列。",
        (
            "For orders opened in the period: time until a visit was first accepted; not accepted and cancelled"
            " ones are left out and shown."
        ),
    ),
    "time_to_site": Words(
        "到场时间",
        "Time to site",
        "本期开出的工单，从开单到首次到场的时间；未到场、已取消的单列。",
        "The same until the first arrival on site.",
    ),
    "travel_ratio": Words(
        "在途占比",
        "Travel ratio",
        "本期结束的上门，在途时间之和 ÷（在途 + 在现场时间）之和；未出发的单列。",
        (
            "Of visits that ended in the period: travel time by travel time plus time on site, as sums; visits"
            " without a trip are left out and shown."
        ),
    ),
    "repair_time": Words(
        "平均维修时间（MRT）",
        "Repair time (MRT)",
        "本期完工的维修工单（纠正性、预测性），实际作业时间（不含挂起与在途）。",
        (
            "For repairs (corrective and predictive) completed in the period: time of active work, without holds"
            " and travel."
        ),
    ),
    "restoration_time": Words(
        "平均恢复时间（MTTR）",
        "Time to restoration (MTTR)",
        "本期完工的纠正性工单，从故障发生（设备、客户或开单最早告知的时刻）到恢复；未发现故障的单列。",
        (
            "For corrective orders completed in the period: time from the failure, as first told by device,"
            " customer or whoever opened the order, to the end of the last visit; no fault found is left out and"
            " shown."
        ),
    ),
    "mtbf": Words(
        "平均故障间隔（MTBF）",
        "Time between failures (MTBF)",
        "设备日历运行时间之和 ÷ 本期故障数（纠正性工单）。无故障时显示“大于”总运行时间。停机按故障到恢复计。",
        (
            "Calendar up time of the assets by failures (corrective orders) in the period; without a failure:"
            " more than the up time. An asset counts as down from its failure to its restoration."
        ),
    ),
    "availability_inherent": Words(
        "固有可用度",
        "Inherent availability",
        "MTBF ÷（MTBF + 这些故障的平均维修时间）。",
        "MTBF by MTBF plus the mean repair time of the same failures.",
    ),
    "availability_operational": Words(
        "运行可用度",
        "Operational availability",
        "设备运行时间之和 ÷（运行 + 停机时间）之和。",
        "Up time of the assets by up time plus down time.",
    ),
    "first_time_fix": Words(
        "首次修复率",
        "First-time fix",
        (
            "本期完工的维修工单中：只上门一次、验收未驳回、30 天内同设备同失效模式（未知视为相同）无再次维修的占比。"
            "30 天观察期未满的单列。"
        ),
        (
            "Of repairs completed in the period: done in one trip, not rejected, and no other repair of the same"
            " asset with the same failure mode (an unknown one counts as the same) opened within 30 days. Orders"
            " whose 30 days are not over are left out and shown."
        ),
    ),
    "repeat_rate": Words(
        "重复上门率",
        "Repeat visits",
        "本期完工的工单中上门超过一次的占比，按首次未完成的原因分列。",
        (
            "Of orders completed in the period, those that took more than one trip, by the reason of the first"
            " that did not finish."
        ),
    ),
    "reject_rate": Words(
        "拒单率",
        "Rejected visits",
        "本期派出并有答复的上门中被拒绝或超时未接的占比，按原因分列；未答复、已撤回的单列。",
        (
            "Of visits sent out in the period that got an answer, those rejected or not accepted in time, by"
            " reason; unanswered and withdrawn ones are left out and shown."
        ),
    ),
    "no_access_rate": Words(
        "未能入场率",
        "No access",
        "本期结束且已到场的上门中未能入场的占比，按原因分列。",
        "Of visits that reached the site and ended in the period, those without access, by reason.",
    ),
    "plan_compliance": Words(
        "维保计划达成率",
        "Plan compliance",
        "本期到期的计划性工单中按期完工的占比；超期未完成计为未达成，已取消、未到期的单列。",
        (
            "Of orders from maintenance plans due in the period, those completed by then; overdue counts as"
            " missed, cancelled and running ones are left out and shown."
        ),
    ),
    "parts_fill_line": Words(
        "备件满足率（行）",
        "Parts fill rate, lines",
        "本期完工工单实际用到的备件行中，首次上门即由服务车全量满足的占比。",
        (
            "Of the part lines that orders completed in the period really took, those filled whole from the van"
            " on the first trip."
        ),
    ),
    "parts_fill_unit": Words(
        "备件满足率（件）",
        "Parts fill rate, units",
        "同上，按数量计。",
        "The same by quantity.",
    ),
    "dispatch_accuracy": Words(
        "分派准确率",
        "Dispatch accuracy",
        "本期结束且已到场的上门中，负责人技能等级与证书有效、计划时刻在班、所用备件全部出自本人服务车的占比。",
        (
            "Of visits that reached the site and ended in the period, those whose lead had the skill level with a"
            " valid certificate, was on shift at the planned time, and took every part from the own van; judged"
            " afterwards."
        ),
    ),
    "remote_resolution": Words(
        "远程解决率",
        "Remote resolution",
        "本期解决的、带设备的服务请求中，由远程指令并经遥测验证、7 天内未上门的占比；7 天未满的单列。",
        (
            "Of tickets with a device resolved in the period, those cured by a command with proof in telemetry"
            " and no visit within 7 days; tickets whose 7 days are not over are left out and shown."
        ),
    ),
    "customer_satisfaction": Words(
        "客户满意度（CSAT）",
        "Satisfaction (CSAT)",
        "本期发出的调查中，评 4–5 分 ÷ 已评；未答的单列。",
        ("Of surveys sent in the period and answered, those with 4 or 5 of 5; unanswered ones are left out and shown."),
    ),
    "promoters": Words(
        "净推荐值（NPS）",
        "Net promoter score",
        "本期发出的调查中，9–10 分占比减 0–6 分占比，乘 100；区间为均值的正态近似。",
        (
            "Of surveys sent in the period and answered: share of 9 to 10 less share of 0 to 6, times 100; the"
            " interval is that of a mean (normal approximation)."
        ),
    ),
    "survey_response": Words(
        "调查回收率",
        "Survey response",
        "本期发出的调查中已答 ÷（已答 + 已过期）；仍可作答的单列。",
        (
            "Of surveys sent in the period, answered by answered or expired; those that can still be answered are"
            " left out and shown."
        ),
    ),
    "utilisation": Words(
        "工时利用率",
        "Utilisation",
        "本期（在途 + 作业）时间 ÷（班次 − 休息 − 缺勤）；每位同行者各计一次，按其所选工程师筛选。",
        (
            "Travel and active work in the period by working time (shift less breaks and absences); each member"
            " of a crew counts."
        ),
    ),
    "wrench_time": Words(
        "作业时间占比",
        "Wrench time",
        "本期作业时间 ÷（班次 − 休息 − 缺勤）。",
        "Active work alone by working time.",
    ),
    "prediction_precision": Words(
        "预测精确率",
        "Prediction precision",
        "本期开出的预测案例中：确认 ÷（确认 + 未发现故障）；结论未知的单列。",
        (
            "Of cases opened in the period: confirmed by confirmed plus no fault found; unknown ones are left out"
            " and shown."
        ),
    ),
    "prediction_recall": Words(
        "预测召回率",
        "Prediction recall",
        "本期：确认的案例 ÷（确认的案例 + 未预见的故障）。",
        "Confirmed cases by these plus failures nobody foresaw.",
    ),
    "prediction_lead": Words(
        "预测提前量",
        "Prediction lead time",
        "本期确认的案例，从案例开出到维修的时间中位数。",
        "Median time from the opening of a confirmed case to its repair.",
    ),
    "inventory_turns": Words(
        "库存周转次数",
        "Inventory turns",
        "本期领用数量 ÷ 期初期末平均库存数量，折合一年。",
        ("Units issued in the period by the mean of opening and closing stock in units, as if it lasted a year."),
    ),
    "dead_stock": Words(
        "呆滞库存占比",
        "Dead stock",
        "现有库存（备件 × 库位）中 180 天无任何移动的占比。",
        "Of the places where a part lies now, those without any move of it for 180 days.",
    ),
}
