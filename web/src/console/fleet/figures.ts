/** Figures of the fleet as people read them. */
import type { DeadLetter, Rate } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { number } from "../../shared/time";

/** `12`, `1.2k`, `3.4M`: short enough for a tile. */
export function short(value: number): string {
  const units: readonly [number, string][] = [
    [1e9, "G"],
    [1e6, "M"],
    [1e4, "k"],
  ];
  for (const [from, unit] of units) {
    if (value >= from) return number(value / (unit === "k" ? 1000 : from), 1) + unit;
  }
  return number(value, 1);
}

/** `512 B`, `1.5 KiB`, `3 GiB`. */
export function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let left = value;
  let step = 0;
  while (left >= 1024 && step < units.length - 1) {
    left /= 1024;
    step += 1;
  }
  return `${number(left, 1)} ${units[step]}`;
}

export interface Column {
  x: number;
  width: number;
  height: number;
}

/** Columns of a small chart in a box 100 wide and 1 high; unknown values leave a gap. */
export function columns(values: readonly (number | null)[]): Column[] {
  const top = Math.max(1, ...values.map((value) => value ?? 0));
  const width = 100 / Math.max(1, values.length);
  return values.flatMap((value, index) =>
    value === null || value === 0
      ? []
      : [{ x: index * width, width: width * 0.82, height: Math.max(0.03, value / top) }],
  );
}

/** What a replay came to, in words; nothing for a letter that was not replayed. */
export function outcome(letter: DeadLetter): string {
  const stored = letter.stored_count ?? 0;
  if (letter.state === "stored") return t("letters.storedN", { n: stored });
  if (letter.state !== "refused") return "";
  const reason = code("letter", letter.outcome_reason);
  return stored > 0 ? t("letters.partly", { n: stored, reason }) : t("letters.refusedBecause", { reason });
}

/** `67 %`. */
export function percent(share: number): string {
  return `${number(share * 100, 0)} %`;
}

/** How many cases a rate is of, and between what it lies: `n 3 · 21–94`. */
export function spread({ low, high, n }: Rate): string {
  return `n ${number(n)} · ${number(low * 100, 0)}–${number(high * 100, 0)}`;
}

/** Hexadecimal digits in pairs, sixteen to a line. */
export function hexLines(digits: string): string {
  const pairs = digits.match(/../g) ?? [];
  const lines: string[] = [];
  for (let at = 0; at < pairs.length; at += 16) lines.push(pairs.slice(at, at + 16).join(" "));
  return lines.join("\n");
}
