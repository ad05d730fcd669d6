import { useState } from "react";
import { t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import css from "./limits.module.css";

const UNITS = [
  ["form.seconds", 1],
  ["form.minutes", 60],
  ["form.hours", 3600],
  ["form.days", 86_400],
] as const;

/** The largest unit in which a time is a whole number. */
function unitOf(seconds: number): number {
  return UNITS.findLast(([, size]) => seconds > 0 && seconds % size === 0)?.[1] ?? 60;
}

interface Props {
  name: string;
  hint?: string;
  seconds: number;
  most?: number;
  onChange: (seconds: number) => void;
}

/** A time as a number and its unit. */
export function SpanField({ name, hint, seconds, most = 604_800, onChange }: Props) {
  const [unit, setUnit] = useState(() => unitOf(seconds));
  return (
    <div className={ui.field}>
      <span title={hint}>{name}</span>
      <div className={css.span}>
        <input
          type="number"
          min={0}
          max={Math.floor(most / unit)}
          required
          className={ui.input}
          aria-label={hint ? `${name}: ${hint}` : name}
          value={seconds / unit}
          onChange={(event) => onChange(Math.round(Number(event.target.value) * unit))}
        />
        <select
          className={ui.input}
          aria-label={`${name}: ${t("form.unit")}`}
          value={unit}
          onChange={(event) => {
            const next = Number(event.target.value);
            onChange((seconds / unit) * next);
            setUnit(next);
          }}
        >
          {UNITS.map(([key, size]) => (
            <option key={key} value={size}>
              {t(key)}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
