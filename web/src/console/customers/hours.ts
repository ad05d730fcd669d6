/** Opening hours in words. */
import { t } from "../../shared/i18n";
import { dayText } from "../sla/words";
import { type Hours, weekOf } from "./api";

export const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;

export function textsOf(hours: readonly Hours[]): string[] {
  return WEEKDAYS.map((weekday) => dayText(weekOf(hours), weekday));
}

/** Opening hours in words: days of the same hours together. */
export function hoursText(hours: readonly Hours[]): string {
  const texts = textsOf(hours);
  const found: { days: number[]; text: string }[] = [];
  for (const weekday of WEEKDAYS) {
    const text = texts[weekday] ?? "";
    const last = found.at(-1);
    if (last && last.text === text) last.days.push(weekday);
    else if (text) found.push({ days: [weekday], text });
    else found.push({ days: [], text: "" });
  }
  const name = (weekday: number) => t(`weekday.${weekday as 0}`);
  return found
    .filter(({ text }) => text)
    .map(({ days, text }) => {
      const [first = 0, last = first] = [days[0], days.at(-1)];
      return `${first === last ? name(first) : `${name(first)}–${name(last)}`} ${text}`;
    })
    .join("; ");
}
