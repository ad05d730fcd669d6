import { useState } from "react";
import { get } from "../../shared/api/client";
import { label, t } from "../../shared/i18n";
import { moment, number } from "../../shared/time";
import { Failure, Loading, problemText, ui } from "../../shared/ui/parts";
import { type Calendar, type SpecialDay, useCalendars, useMayWrite, useWriteTerms } from "./api";
import { CalendarDialog } from "./CalendarDialog";
import { ImportDialog } from "./ImportDialog";
import css from "./sla.module.css";
import { WeekGrid } from "./WeekGrid";
import { hoursOf } from "./words";

export const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;

function dayWords(day: SpecialDay): string {
  const works = day.works_as === null ? null : label("weekday", day.works_as);
  return works ? t("calendar.asDay", { day: works }) : t("calendar.holiday");
}

/** "What is due if it were reported then", by one calendar. */
function Preview({ calendar }: { calendar: Calendar }) {
  const [answer, setAnswer] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const ask = async (form: FormData) => {
    const start = String(form.get("start"));
    const query = { minutes: Number(form.get("minutes")), start: start && new Date(start).toISOString() };
    try {
      const found = await get<{ due_at: string }>(`/api/v1/sla/calendars/${calendar.id}/due`, query);
      setAnswer(found.due_at);
      setError(null);
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <form
      className={css.inline}
      onSubmit={(event) => {
        event.preventDefault();
        void ask(new FormData(event.currentTarget));
      }}
    >
      <label>
        {t("calendar.previewStart")}
        <input className={ui.input} type="datetime-local" name="start" />
      </label>
      <label>
        {t("calendar.previewMinutes")}
        <input className={ui.input} type="number" name="minutes" min={1} max={525600} defaultValue={240} />
      </label>
      <button type="submit" className={ui.button}>
        {t("calendar.preview")}
      </button>
      <output aria-live="polite">
        {answer && <span className={ui.chip}>{t("calendar.previewDue", { time: moment(answer) })}</span>}
      </output>
      {error !== null && <span className={ui.error}>{problemText(error)}</span>}
    </form>
  );
}

function Days({ calendar, mayWrite }: { calendar: Calendar; mayWrite: boolean }) {
  const write = useWriteTerms();
  const path = (day: string) => `calendars/${calendar.id}/days/${day}`;
  const add = (form: FormData) => {
    const works = String(form.get("works_as"));
    const body = { works_as: works === "" ? null : Number(works), name: String(form.get("name")) };
    write.mutate({ method: "PUT", path: path(String(form.get("day"))), body });
  };
  return (
    <>
      <h3>{t("calendar.days")}</h3>
      {calendar.days.length === 0 && <p className={ui.soft}>{t("calendar.noDays")}</p>}
      <ul className={css.days}>
        {calendar.days.map((day) => (
          <li key={day.day} className={`${ui.chip} ${day.works_as === null ? ui.chipWarn : ui.chipGood}`}>
            {day.day} {day.name} ({dayWords(day)})
            {mayWrite && (
              <button
                type="button"
                aria-label={t("promise.removeOf", { name: day.day })}
                onClick={() => write.mutate({ method: "DELETE", path: path(day.day) })}
              >
                ×
              </button>
            )}
          </li>
        ))}
      </ul>
      {mayWrite && (
        <form
          className={css.inline}
          onSubmit={(event) => {
            event.preventDefault();
            add(new FormData(event.currentTarget));
            event.currentTarget.reset();
          }}
        >
          <label>
            {t("calendar.day")}
            <input className={ui.input} type="date" name="day" required />
          </label>
          <label>
            {t("calendar.worksAs")}
            <select className={ui.input} name="works_as">
              <option value="">{t("calendar.holiday")}</option>
              {WEEKDAYS.map((one) => (
                <option key={one} value={one}>
                  {t("calendar.asDay", { day: t(`weekday.${one}`) })}
                </option>
              ))}
            </select>
          </label>
          <label>
            {t("promise.name")}
            <input className={ui.input} name="name" maxLength={200} />
          </label>
          <button type="submit" className={ui.button} disabled={write.isPending}>
            {t("promise.add")}
          </button>
        </form>
      )}
      {write.isError && <p className={ui.error}>{problemText(write.error)}</p>}
    </>
  );
}

/** Business calendars: the week, special days, holidays from a file. */
export function Calendars() {
  const query = useCalendars();
  const mayWrite = useMayWrite();
  const [edited, setEdited] = useState<Calendar | "new" | null>(null);
  const [importing, setImporting] = useState<Calendar | null>(null);
  const remove = useWriteTerms();
  return (
    <div className={css.scroll}>
      {mayWrite && (
        <div className={css.bar}>
          <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setEdited("new")}>
            {t("calendar.new")}
          </button>
          {remove.isError && <p className={ui.error}>{problemText(remove.error)}</p>}
        </div>
      )}
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.data?.map((one) => (
        <section key={one.id} className={css.card} aria-label={one.name}>
          <header>
            <h2>{one.name}</h2>
            <span className={ui.mono}>{one.code}</span>
            <span className={ui.soft}>{one.time_zone}</span>
            <span className={ui.soft}>{t("calendar.hours", { n: number(hoursOf(one.weekly), 1) })}</span>
            <span className={css.spring} />
            {mayWrite && (
              <>
                <button type="button" className={ui.button} onClick={() => setImporting(one)}>
                  {t("calendar.import")}
                </button>
                <button
                  type="button"
                  className={ui.button}
                  aria-label={t("promise.editOf", { name: one.name })}
                  onClick={() => setEdited(one)}
                >
                  {t("promise.edit")}
                </button>
                <button
                  type="button"
                  className={`${ui.button} ${ui.danger}`}
                  aria-label={t("promise.removeOf", { name: one.name })}
                  onClick={() => remove.mutate({ method: "DELETE", path: `calendars/${one.id}` })}
                >
                  {t("promise.remove")}
                </button>
              </>
            )}
          </header>
          <WeekGrid weekly={one.weekly} />
          <Days calendar={one} mayWrite={mayWrite} />
          <h3>{t("calendar.preview")}</h3>
          <Preview calendar={one} />
        </section>
      ))}
      {edited && (
        <CalendarDialog calendar={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
      )}
      {importing && <ImportDialog calendar={importing} onClose={() => setImporting(null)} />}
    </div>
  );
}
