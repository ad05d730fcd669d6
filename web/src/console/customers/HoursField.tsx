import { t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import type { Interval } from "../sla/api";
import css from "../sla/sla.module.css";
import { WeekGrid } from "../sla/WeekGrid";
import { readDay } from "../sla/words";
import { type Hours, hoursOf, weekOf } from "./api";
import { WEEKDAYS } from "./hours";

/** The hours that seven texts say, or the first text that says none. */
export function readHours(texts: readonly string[]): Hours[] | { weekday: number; text: string } {
  const days = texts.map((text, weekday) => readDay(text, weekday));
  const wrong = days.findIndex((one) => typeof one === "string");
  if (wrong >= 0) return { weekday: wrong, text: String(days[wrong]) };
  return hoursOf(days.filter((one): one is Interval[] => typeof one !== "string").flat());
}

/** Opening hours of a week, drawn while they are typed. */
export function HoursField({
  texts,
  onChange,
}: {
  texts: readonly string[];
  onChange: (texts: readonly string[]) => void;
}) {
  const read = readHours(texts);
  const hours = Array.isArray(read) ? read : [];
  return (
    <div className={ui.stack}>
      <p className={ui.soft}>{t("site.hoursHelp")}</p>
      <div className={css.rows}>
        {WEEKDAYS.map((weekday) => (
          <label key={weekday} className={css.week}>
            {t(`weekday.${weekday}`)}
            <input
              className={ui.input}
              value={texts[weekday]}
              aria-invalid={!Array.isArray(read) && read.weekday === weekday}
              onChange={(event) =>
                onChange(texts.map((text, place) => (place === weekday ? event.target.value : text)))
              }
            />
          </label>
        ))}
      </div>
      {!Array.isArray(read) && (
        <p className={ui.error} role="alert">
          {t("site.hoursWrong", { day: t(`weekday.${read.weekday as 0}`), text: read.text })}
        </p>
      )}
      {hours.length > 0 && <WeekGrid weekly={weekOf(hours)} />}
    </div>
  );
}
