/** Triggers and reasons in words. */
import { t } from "../../shared/i18n";
import { quantity } from "../../shared/time";
import { type Draft, FREQUENCIES, type Frequency, type Part } from "./api";

export interface Beat {
  frequency: Frequency | "own" | "";
  interval: number;
  rule: string;
}

/** A rule as a form asks for it; one with more parts stays as it is written. */
export function beatOf(rule: string | null): Beat {
  if (rule === null) return { frequency: "", interval: 1, rule: "" };
  const parts = new Map(rule.split(";").map((part) => part.split("=") as [string, string]));
  const frequency = FREQUENCIES.find((one) => one === parts.get("FREQ"));
  const plain = [...parts.keys()].every((name) => name === "FREQ" || name === "INTERVAL");
  if (!frequency || !plain) return { frequency: "own", interval: 1, rule };
  return { frequency, interval: Number(parts.get("INTERVAL") ?? 1), rule };
}

export function ruleOf({ frequency, interval, rule }: Beat): string | null {
  if (frequency === "") return null;
  return frequency === "own" ? rule || null : `FREQ=${frequency};INTERVAL=${interval}`;
}

function calendarWords(rule: string): string {
  const { frequency, interval } = beatOf(rule);
  return frequency === "own" || frequency === "" ? rule : t(`rule.${frequency}`, { n: interval });
}

type Said = Pick<
  Draft,
  "rule" | "meter" | "every" | "metric" | "metric_limit" | "metric_value" | "combinator"
>;

/** `every 90 days or hours every 250` */
export function triggersOf(plan: Said): string {
  const words: string[] = [];
  if (plan.rule) words.push(calendarWords(plan.rule));
  if (plan.meter && plan.every) {
    words.push(t("rule.meter", { meter: plan.meter, every: quantity(plan.every) }));
  }
  if (plan.metric && plan.metric_limit) {
    words.push(t(`rule.${plan.metric_limit}`, { metric: plan.metric, value: plan.metric_value ?? 0 }));
  }
  return words.join(` ${t(`rule.${plan.combinator}`)} `);
}

const REASONS = {
  rule: () => t("why.rule"),
  reached: (told: Part["figures"]) =>
    t("why.reached", { total: figure(told.total), target: figure(told.target) }),
  projected: (told: Part["figures"]) =>
    t("why.projected", {
      per_day: figure(told.per_day),
      target: figure(told.target),
      total: figure(told.total),
    }),
  held: () => t("why.held"),
  no_date: () => t("why.no_date"),
  no_meter: () => t("why.no_meter"),
  no_reading: () => t("why.no_reading"),
  no_usage: (told: Part["figures"]) => t("why.no_usage", { target: figure(told.target) }),
  not_held: () => t("why.not_held"),
  no_device: () => t("why.no_device"),
  no_asset: () => t("why.no_asset"),
} as const;

function figure(text: string | undefined): string {
  return text === undefined ? t("app.none") : quantity(text);
}

export function reason(why: string, figures: Part["figures"] = {}): string {
  return why in REASONS ? REASONS[why as keyof typeof REASONS](figures) : why;
}

/** What made an occurrence due: the trigger of its instant, or all that were waited for. */
export function reasonOf(dueAt: string | null, parts: readonly Part[]): string {
  const deciding = parts.filter((part) => dueAt === null || part.at === dueAt);
  return (deciding.length > 0 ? deciding : parts).map((part) => reason(part.why, part.figures)).join("; ");
}
