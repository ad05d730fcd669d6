import { useState } from "react";
import { label, t } from "../../shared/i18n";
import { problemText, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import { type Calendar, type ImportAnswer, useWriteTerms } from "./api";
import css from "./sla.module.css";

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;

/** Holidays out of an iCalendar file: shown first, taken then. */
export function ImportDialog({ calendar, onClose }: { calendar: Calendar; onClose: () => void }) {
  const year = new Date().getFullYear();
  const [text, setText] = useState("");
  const [first, setFirst] = useState(`${year}-01-01`);
  const [last, setLast] = useState(`${year + 1}-12-31`);
  const [asDay, setAsDay] = useState(0);
  const [answer, setAnswer] = useState<ImportAnswer | null>(null);
  const write = useWriteTerms<ImportAnswer>(setAnswer);
  const count = answer ? answer.added.length + answer.changed.length : 0;
  const send = (dryRun: boolean) =>
    write.mutate({
      method: "POST",
      path: `calendars/${calendar.id}/import`,
      body: { text, first, last, make_up_as: asDay, dry_run: dryRun },
    });
  const changed = <T,>(set: (value: T) => void) => {
    return (value: T) => {
      set(value);
      setAnswer(null);
    };
  };
  return (
    <Modal title={t("calendar.import")} onClose={onClose}>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          send(!answer?.dry_run || count === 0);
        }}
      >
        <label className={ui.field}>
          <span>{t("calendar.importFile")}</span>
          <input
            type="file"
            accept=".ics,text/calendar"
            required
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) void file.text().then(changed(setText));
            }}
          />
        </label>
        <div className={css.grid}>
          <label>
            {t("calendar.first")}
            <input
              className={ui.input}
              type="date"
              required
              value={first}
              onChange={(event) => changed(setFirst)(event.target.value)}
            />
          </label>
          <label>
            {t("calendar.last")}
            <input
              className={ui.input}
              type="date"
              required
              value={last}
              onChange={(event) => changed(setLast)(event.target.value)}
            />
          </label>
          <label>
            {t("calendar.makeUpAs")}
            <select
              className={ui.input}
              value={asDay}
              onChange={(event) => changed(setAsDay)(Number(event.target.value))}
            >
              {WEEKDAYS.map((one) => (
                <option key={one} value={one}>
                  {t(`weekday.${one}`)}
                </option>
              ))}
            </select>
          </label>
        </div>
        {write.isError && (
          <p className={ui.error} role="alert">
            {problemText(write.error)}
          </p>
        )}
        {answer && (
          <p role="status">
            {!answer.dry_run && `${t("calendar.imported")} `}
            {t("calendar.importResult", {
              added: answer.added.length,
              changed: answer.changed.length,
              same: answer.same,
            })}
          </p>
        )}
        {answer && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
          <div className={ui.tableWrap} tabIndex={0} role="region" aria-label={t("calendar.event")}>
            <table className={ui.table}>
              <thead>
                <tr>
                  <th>{t("calendar.event")}</th>
                  <th>{t("calendar.day")}</th>
                  <th>{t("calendar.reading")}</th>
                </tr>
              </thead>
              <tbody>
                {answer.events.map((event, place) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two events may say the same
                  <tr key={`${place} ${event.summary}`}>
                    <td>{event.summary}</td>
                    <td>
                      {event.days[0]}
                      {event.days.length > 1 && ` – ${event.days.at(-1)}`}
                    </td>
                    <td>
                      {label("calendar.reading", event.reading)}
                      {event.refused && `: ${label("calendar.refused", event.refused)}`}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.close")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.primary}`}
            disabled={!text || write.isPending || answer?.dry_run === false}
          >
            {answer?.dry_run && count > 0 ? t("calendar.takeImport", { n: count }) : t("calendar.tryImport")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
