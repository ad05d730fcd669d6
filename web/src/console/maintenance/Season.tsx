import { getLang, LOCALES } from "../../shared/i18n";
import css from "./maintenance.module.css";

const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

export function monthName(month: number): string {
  return new Intl.DateTimeFormat(LOCALES[getLang()], { month: "short", timeZone: "UTC" }).format(
    Date.UTC(2027, month - 1, 1),
  );
}

/** Months ticked. */
export function Season({
  months,
  onChange,
}: {
  months: readonly number[];
  onChange: (months: number[]) => void;
}) {
  return (
    <span className={css.months}>
      {MONTHS.map((month) => (
        <label key={month}>
          <input
            type="checkbox"
            checked={months.includes(month)}
            onChange={(event) =>
              onChange(
                event.target.checked
                  ? [...months, month].sort((one, other) => one - other)
                  : months.filter((one) => one !== month),
              )
            }
          />
          <span>{monthName(month)}</span>
        </label>
      ))}
    </span>
  );
}
