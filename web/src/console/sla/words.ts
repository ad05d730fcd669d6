/** Terms in words, and words into terms. */
import { code, label, t } from "../../shared/i18n";
import type { Interval, Policy, Step } from "./api";

const MINUTES = 24 * 60;
const SPAN = /^([01]?\d|2[0-3]):([0-5]\d)\s*[-–—]\s*(24:00|([01]?\d|2[0-3]):([0-5]\d))$/;

/** Minutes since midnight of `08:30` or `08:30:00`. */
export function minutesOf(wall: string): number {
  const [hours = "0", minutes = "0"] = wall.split(":");
  return Number(hours) * 60 + Number(minutes);
}

/** The end of an interval in minutes; midnight ends the day. */
export function endOf(interval: Interval): number {
  return minutesOf(interval.ends) || MINUTES;
}

/** The intervals of a day as `08:30-12:00, 13:30-17:30`. */
export function dayText(weekly: readonly Interval[], weekday: number): string {
  return weekly
    .filter((one) => one.weekday === weekday)
    .sort((a, b) => minutesOf(a.starts) - minutesOf(b.starts))
    .map((one) => `${one.starts.slice(0, 5)}-${endOf(one) === MINUTES ? "24:00" : one.ends.slice(0, 5)}`)
    .join(", ");
}

/** The intervals that a text says, or the part of it that says none. */
export function readDay(text: string, weekday: number): Interval[] | string {
  const found: Interval[] = [];
  for (const part of text.split(/[,;\uff0c\uff1b\u3001]/).map((one) => one.trim())) {
    if (!part) continue;
    const [starts = "", ends = ""] = SPAN.test(part) ? part.split(/\s*[-–—]\s*/) : [];
    const until = ends === "24:00" ? MINUTES : minutesOf(ends);
    if (!starts || minutesOf(starts) >= until) return part;
    const end = ends === "24:00" ? "00:00" : ends;
    found.push({ weekday, starts: starts.padStart(5, "0"), ends: end.padStart(5, "0") });
  }
  return found;
}

export function hoursOf(weekly: readonly Interval[]): number {
  return weekly.reduce((sum, one) => sum + endOf(one) - minutesOf(one.starts), 0) / 60;
}

/** Whom a policy is for. */
export function caseOf(policy: Policy): string {
  const parts = [
    policy.customer_id && t("policy.customer"),
    policy.tier && `${t("policy.tier")} ${policy.tier}`,
    policy.work_type && code("work_type", policy.work_type),
    policy.criticality && `${t("policy.criticality")} ${policy.criticality}`,
  ].filter(Boolean);
  return parts.join(" · ") || t("policy.all");
}

type When = { percent?: number | null; minutes?: number | null };

/** When a step comes. */
export function whenOf({ percent, minutes }: When): string {
  if (percent) return t("ladder.percent", { n: percent });
  if (!minutes) return t("ladder.atDue");
  return minutes < 0 ? t("ladder.before", { n: -minutes }) : t("ladder.after", { n: minutes });
}

/** What a step does. */
export function actionOf(step: Partial<Step>): string {
  const what = label("ladder.action", step.action);
  const whom = step.role ? label("role", step.role) : step.queue;
  return whom ? `${what} ${whom}` : what;
}
