import { label, t } from "../../shared/i18n";
import { clock, dayName, dayOf } from "../../shared/time";
import { ui } from "../../shared/ui/parts";
import { select } from "../route";
import type { Span, Week } from "./api";
import css from "./technicians.module.css";

const DAY = 24 * 60;
const HOURS = ["0:00", "6:00", "12:00", "18:00", "24:00"];

/** From where to where a stretch lies on a day, in minutes since its midnight; null: on another day. */
function placeOn(day: string, { start, end }: Span): [number, number] | null {
  const [from, to] = [minuteOn(day, start), minuteOn(day, end)];
  return from < to ? [from, to] : null;
}

function minuteOn(day: string, at: string): number {
  const on = dayOf(at);
  if (on !== day) return on < day ? 0 : DAY;
  const [hours = "0", minutes = "0"] = clock(at).split(":");
  return Number(hours) * 60 + Number(minutes);
}

function Bars({ day, spans, kind }: { day: string; spans: readonly Span[]; kind: string }) {
  const [y, height] = { shift: [0, 44], break: [0, 44], away: [0, 44], visit: [5, 15], done: [24, 15] }[
    kind
  ] as [number, number];
  return spans.map((span) => {
    const place = placeOn(day, span);
    return (
      place && (
        <rect
          key={`${span.start} ${span.end}`}
          className={css[kind]}
          x={place[0]}
          width={place[1] - place[0]}
          y={y}
          height={height}
        />
      )
    );
  });
}

/** A week as seven lanes: shifts below, what was planned and what was done above, absences over all. */
export function WeekCalendar({ week }: { week: Week }) {
  const away = week.absences.map((one) => ({ start: one.starts_at, end: one.ends_at, state: one.state }));
  // One that runs over midnight lies on two days.
  const shifts = week.days.flatMap(({ shift }) => shift ?? []);
  const done = week.done.filter(({ state }) => state !== "on_hold");
  return (
    <>
      <p className={css.legend} aria-hidden="true">
        {(["shift", "away", "visit", "done"] as const).map((kind) => (
          <span key={kind}>
            <i className={css[kind]} />
            {t(`week.legend${(kind[0] ?? "").toUpperCase()}${kind.slice(1)}` as "week.legendShift")}
          </span>
        ))}
      </p>
      <dl className={css.week} aria-label={t("week.calendar")}>
        {week.days.map(({ day, shift, breaks }) => {
          const visits = week.visits.filter((one) => placeOn(day, one));
          const gone = away.filter((one) => placeOn(day, one));
          const words = [
            shift ? `${clock(shift.start)}–${clock(shift.end)}` : t("week.off"),
            ...gone.map(({ state }) => `${t("week.legendAway")} (${label("absence.state", state)})`),
            visits.length > 0 && t("week.visits", { n: visits.length }),
          ].filter(Boolean);
          return (
            <div key={day} className={css.day}>
              <dt>
                {dayName(day)}
                <span className={ui.soft}>{words.join(" · ")}</span>
              </dt>
              <dd>
                <svg viewBox={`0 0 ${DAY} 44`} preserveAspectRatio="none" aria-hidden="true">
                  <Bars day={day} kind="shift" spans={shifts} />
                  <Bars day={day} kind="break" spans={breaks} />
                  <Bars day={day} kind="away" spans={gone} />
                  <Bars day={day} kind="visit" spans={visits} />
                  <Bars day={day} kind="done" spans={done} />
                </svg>
                <span className={css.numbers}>
                  {visits.map((one) => (
                    <button
                      key={one.visit_id}
                      type="button"
                      className={css.number}
                      title={one.summary}
                      onClick={() => select("orders", one.work_order_id)}
                    >
                      {clock(one.start)} {one.number}
                    </button>
                  ))}
                </span>
              </dd>
            </div>
          );
        })}
      </dl>
      <p className={css.hours} aria-hidden="true">
        {HOURS.map((hour) => (
          <span key={hour}>{hour}</span>
        ))}
      </p>
    </>
  );
}
