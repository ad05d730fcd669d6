import { useState } from "react";
import { t } from "../../shared/i18n";
import { problemText, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import { type Calendar, type Interval, useWriteTerms } from "./api";
import css from "./sla.module.css";
import { WeekGrid } from "./WeekGrid";
import { dayText, readDay } from "./words";

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;
const OFFICE = "08:30-12:00, 13:30-17:30";

function zones(): readonly string[] {
  return Intl.supportedValuesOf("timeZone");
}

/** Write a calendar's name, zone and week; the week is drawn while it is typed. */
export function CalendarDialog({ calendar, onClose }: { calendar: Calendar | null; onClose: () => void }) {
  const [code, setCode] = useState("");
  const [name, setName] = useState(calendar?.name ?? "");
  const [zone, setZone] = useState(calendar?.time_zone ?? "Asia/Shanghai");
  const [texts, setTexts] = useState<readonly string[]>(
    WEEKDAYS.map((one) => (calendar ? dayText(calendar.weekly, one) : one < 5 ? OFFICE : "")),
  );
  const write = useWriteTerms(onClose);
  const days = texts.map((text, weekday) => readDay(text, weekday));
  const weekly = days.filter((one): one is Interval[] => typeof one !== "string").flat();
  const wrong = days.findIndex((one) => typeof one === "string");
  return (
    <Modal
      title={calendar ? t("promise.editOf", { name: calendar.name }) : t("calendar.new")}
      onClose={onClose}
    >
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          const body = { name: name.trim(), time_zone: zone, weekly };
          if (calendar) {
            const path = `calendars/${calendar.id}`;
            write.mutate({ method: "PUT", path, body: { ...body, version: calendar.version } });
          } else write.mutate({ method: "POST", path: "calendars", body: { ...body, code } });
        }}
      >
        <div className={css.grid}>
          {!calendar && (
            <label>
              {t("calendar.code")}
              <input
                className={ui.input}
                required
                pattern="[A-Za-z0-9][A-Za-z0-9._\/\-]*"
                maxLength={64}
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            </label>
          )}
          <label>
            {t("promise.name")}
            <input
              className={ui.input}
              required
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
          <label>
            {t("calendar.zone")}
            <input
              className={ui.input}
              required
              list="zones"
              value={zone}
              onChange={(event) => setZone(event.target.value)}
            />
            <datalist id="zones">
              {zones().map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
          </label>
        </div>
        <p className={ui.soft}>{t("calendar.weekHelp")}</p>
        <div className={css.rows}>
          {WEEKDAYS.map((weekday) => (
            <label key={weekday} className={css.week}>
              {t(`weekday.${weekday}`)}
              <input
                className={ui.input}
                value={texts[weekday]}
                aria-invalid={typeof days[weekday] === "string"}
                onChange={(event) =>
                  setTexts(texts.map((text, place) => (place === weekday ? event.target.value : text)))
                }
              />
            </label>
          ))}
        </div>
        {wrong >= 0 && (
          <p className={ui.error} role="alert">
            {t("calendar.weekWrong", {
              day: t(`weekday.${wrong as 0 | 1 | 2 | 3 | 4 | 5 | 6}`),
              text: String(days[wrong]),
            })}
          </p>
        )}
        <WeekGrid weekly={weekly} />
        {write.isError && (
          <p className={ui.error} role="alert">
            {problemText(write.error)}
          </p>
        )}
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.primary}`}
            disabled={write.isPending || wrong >= 0 || weekly.length === 0}
          >
            {t("promise.save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
