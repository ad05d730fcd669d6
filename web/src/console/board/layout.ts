/** Where a bar of the schedule lies, in parts of the shown span. */
import type { Bar, BoardRow } from "../../shared/api/types";

export interface Span {
  from: number;
  to: number;
}

const HOUR = 3_600_000;

/** Whole hours around every shift and bar. */
export function spanOf(rows: readonly BoardRow[], fallback: number): Span {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { shift, bars } of rows) {
    for (const { start, end } of shift ? [shift, ...bars] : bars) {
      from = Math.min(from, Date.parse(start));
      to = Math.max(to, Date.parse(end));
    }
  }
  if (from >= to) return { from: fallback - 4 * HOUR, to: fallback + 6 * HOUR };
  return { from: Math.floor(from / HOUR) * HOUR, to: Math.ceil(to / HOUR) * HOUR };
}

/** Left edge and width in percent, cut at the edges of the span. */
export function place({ from, to }: Span, start: number, end: number): { left: number; width: number } {
  const part = (at: number) => (Math.min(Math.max(at, from), to) - from) / (to - from);
  const left = part(start) * 100;
  return { left, width: part(end) * 100 - left };
}

/** The full hours of the span, thinned to at most sixteen. */
export function hoursOf({ from, to }: Span): number[] {
  const count = Math.round((to - from) / HOUR);
  const step = Math.max(1, Math.ceil(count / 16));
  return Array.from({ length: Math.floor(count / step) + 1 }, (_, index) => from + index * step * HOUR);
}

/** True when the visit is planned to end after the order is due. */
export function isLate({ end, sla_due_at }: Pick<Bar, "end" | "sla_due_at">): boolean {
  return sla_due_at !== null && Date.parse(end) > Date.parse(sla_due_at);
}

export function skillName(skill: string | { skill: string }): string {
  return typeof skill === "string" ? skill : skill.skill;
}

/** `WO-2026-00042` as the narrow bar has room for it: `42`. */
export function shortNumber(number: string): string {
  return (number.split("-").at(-1) ?? number).replace(/^0+(?=.)/, "");
}
