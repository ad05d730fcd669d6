/** Figures in words. */
import { code, getLang, t } from "../../shared/i18n";
import { duration, number } from "../../shared/time";
import type { Figure, Point } from "./api";

export const GROUPS = {
  promises: [
    "sla_response",
    "sla_on_site",
    "sla_restore",
    "first_response",
    "auto_assignment",
    "time_to_accept",
    "time_to_site",
  ],
  quality: [
    "first_time_fix",
    "repeat_rate",
    "repair_time",
    "restoration_time",
    "plan_compliance",
    "remote_resolution",
  ],
  assets: ["mtbf", "availability_inherent", "availability_operational"],
  people: [
    "dispatch_accuracy",
    "utilisation",
    "wrench_time",
    "travel_ratio",
    "reject_rate",
    "no_access_rate",
  ],
  parts: ["parts_fill_line", "parts_fill_unit", "inventory_turns", "dead_stock"],
  customers: ["customer_satisfaction", "promoters", "survey_response"],
  prediction: ["prediction_precision", "prediction_recall", "prediction_lead"],
} as const;
export type GroupName = keyof typeof GROUPS;

const IN_SECONDS = new Set(["mtbf", "prediction_lead"]);

/** A value of a figure as people read it: a share in per cent, a time in its leading units. */
export function valueText(figure: Pick<Figure, "kind" | "name">, value: number | null): string {
  if (value === null) return t("app.none");
  if (figure.kind === "duration" || IN_SECONDS.has(figure.name)) return duration(value * 1000);
  if (figure.kind === "score") return number(value, 0);
  if (figure.kind === "turns") return t("kpi.perYear", { n: number(value, 2) });
  return `${number(100 * value, 1)} %`;
}

export function headline(figure: Figure): string {
  const text = valueText(figure, figure.value);
  return figure.more_than ? t("kpi.moreThan", { value: text }) : text;
}

export function interval(
  figure: Pick<Figure, "kind" | "name">,
  point: Pick<Point, "low" | "high">,
): string | null {
  if (point.low === null || point.high === null) return null;
  return t("kpi.interval", { low: valueText(figure, point.low), high: valueText(figure, point.high) });
}

export function titleOf(figure: Figure): string {
  return figure.title[getLang()];
}

export function reasonText(reason: string): string {
  return code("figure_reason", reason);
}
