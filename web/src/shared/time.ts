/** Instants as people read them, in the tenant's time zone and the current language. */
import { useSyncExternalStore } from "react";
import { getLang, LOCALES, t } from "./i18n";

let zone = "UTC";

/** Set once after log-in; every clock time on screen is in this zone. */
export function setTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    zone = timeZone;
  } catch {
    zone = "UTC";
  }
}

const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(style: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${LOCALES[getLang()]} ${zone} ${style}`;
  const known = cache.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(LOCALES[getLang()], { timeZone: zone, hourCycle: "h23", ...options });
  cache.set(key, made);
  return made;
}

type Instant = string | number | Date;
const HOUR_MINUTE = { hour: "2-digit", minute: "2-digit" } as const;

/** `14:05` */
export function clock(at: Instant): string {
  return formatter("clock", HOUR_MINUTE).format(new Date(at));
}

/** `14:05:09` */
export function clockSeconds(at: Instant): string {
  return formatter("seconds", { ...HOUR_MINUTE, second: "2-digit" }).format(new Date(at));
}

/** The calendar day of an instant in the tenant's zone, `2026-11-22`. */
export function dayOf(at: Instant): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  return parts.format(new Date(at));
}

/** Time alone today, otherwise with the day. */
export function moment(at: Instant, now: number = Date.now()): string {
  if (dayOf(at) === dayOf(now)) return clock(at);
  const sameYear = dayOf(at).slice(0, 4) === dayOf(now).slice(0, 4);
  const options = { month: "short", day: "numeric", ...HOUR_MINUTE } as const;
  return sameYear
    ? formatter("moment", options).format(new Date(at))
    : formatter("momentYear", { ...options, year: "numeric" }).format(new Date(at));
}

/** `Sun, 22 November` for a calendar day `2026-11-22`. */
export function dayName(day: string): string {
  const options = { weekday: "short", month: "long", day: "numeric", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(LOCALES[getLang()], options).format(new Date(`${day}T00:00:00Z`));
}

/** The calendar day `days` after `day`. */
export function addDays(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** Always with the day: `22 Nov, 14:05`. */
export function dayMoment(at: Instant): string {
  return formatter("moment", { month: "short", day: "numeric", ...HOUR_MINUTE }).format(new Date(at));
}

/** A length of time in its two leading units. */
export function duration(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000);
  if (minutes < 1) return t("duration.seconds", { s: Math.floor(Math.abs(milliseconds) / 1000) });
  if (minutes < 60) return t("duration.minutes", { m: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return t("duration.hours", { h: hours, m: minutes % 60 });
  return t("duration.days", { d: Math.floor(hours / 24), h: hours % 24 });
}

const UNITS = [
  [86_400, "form.days"],
  [3600, "form.hours"],
  [60, "form.minutes"],
] as const;

/** A set time in the largest unit of which it is a multiple: `90 s`, `10 min`, `1 d`. */
export function span(seconds: number): string {
  const found = UNITS.find(([size]) => seconds > 0 && seconds % size === 0);
  return found ? `${seconds / found[0]} ${t(found[1])}` : `${seconds} ${t("form.seconds")}`;
}

/** `3 min ago`; within ten seconds `just now`, as no clocks agree better. */
export function ago(at: Instant, now: number): string {
  const past = Math.max(0, now - new Date(at).getTime());
  return past < 10_000 ? t("device.justNow") : t("device.ago", { time: duration(past) });
}

export type Urgency = "none" | "calm" | "soon" | "late";

/** How near a due time is: `soon` within two hours. */
export function urgency(dueAt: string | null, now: number): Urgency {
  if (!dueAt) return "none";
  const left = Date.parse(dueAt) - now;
  if (left < 0) return "late";
  return left < 2 * 3_600_000 ? "soon" : "calm";
}

/** `1 h 20 min left`, `15 min late` or that there is no due time. */
export function countdown(dueAt: string | null, now: number): string {
  if (!dueAt) return t("sla.none");
  const left = Date.parse(dueAt) - now;
  return left < 0 ? t("sla.late", { time: duration(left) }) : t("sla.in", { time: duration(left) });
}

/** A number with at most `digits` decimals. */
export function number(value: number, digits = 2): string {
  return new Intl.NumberFormat(LOCALES[getLang()], { maximumFractionDigits: digits }).format(value);
}

/** A decimal string of the API without trailing zeros. */
export function quantity(text: string): string {
  const value = Number(text);
  return Number.isFinite(value) ? number(value, 4) : text;
}

let tick = Date.now();
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function watch(listener: () => void): () => void {
  watchers.add(listener);
  timer ??= setInterval(() => {
    tick = Date.now();
    for (const watcher of watchers) watcher();
  }, 1000);
  return () => {
    watchers.delete(listener);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time now, renewed every `seconds`; one timer serves the whole page. */
export function useNow(seconds = 1): number {
  const step = seconds * 1000;
  return useSyncExternalStore(watch, () => Math.floor(tick / step) * step);
}

/** An instant as a `datetime-local` field has it, in the tenant's zone: `2026-11-22T14:05`. */
export function toField(at: Instant): string {
  return `${dayOf(at)}T${new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...HOUR_MINUTE }).format(new Date(at))}`;
}

/** The instant that a `datetime-local` field of the tenant's zone names; null for an empty one. */
export function fromField(text: string): string | null {
  const wall = Date.parse(`${text}Z`);
  if (Number.isNaN(wall)) return null;
  // The offset at the wall time read as UTC may be the one before a change of the clocks: look twice.
  let at = wall;
  for (let turn = 0; turn < 2; turn++) at += wall - Date.parse(`${toField(at)}Z`);
  return new Date(at).toISOString();
}
