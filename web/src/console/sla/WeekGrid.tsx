import { t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import type { Interval } from "./api";
import css from "./sla.module.css";
import { dayText, endOf, minutesOf } from "./words";

const DAY = 24 * 60;
const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;
const HOURS = ["0:00", "6:00", "12:00", "18:00", "24:00"];

/** The week as seven lanes from midnight to midnight; each lane says its intervals in words too. */
export function WeekGrid({ weekly }: { weekly: readonly Interval[] }) {
  return (
    <dl className={css.week} aria-label={t("calendar.week")}>
      {WEEKDAYS.map((weekday) => {
        const words = dayText(weekly, weekday) || t("calendar.holiday");
        return (
          <div key={weekday} style={{ display: "contents" }}>
            <dt>{t(`weekday.${weekday}`)}</dt>
            <dd className={css.lane} title={words}>
              <span className={ui.hidden}>{words}</span>
              <svg viewBox={`0 0 ${DAY} 20`} preserveAspectRatio="none" aria-hidden="true">
                {weekly
                  .filter((one) => one.weekday === weekday)
                  .map((one) => (
                    <rect
                      key={one.starts}
                      x={minutesOf(one.starts)}
                      width={endOf(one) - minutesOf(one.starts)}
                      y={2}
                      height={16}
                    />
                  ))}
              </svg>
            </dd>
          </div>
        );
      })}
      <dt />
      <dd className={css.hours} aria-hidden="true">
        {HOURS.map((hour) => (
          <span key={hour}>{hour}</span>
        ))}
      </dd>
    </dl>
  );
}
