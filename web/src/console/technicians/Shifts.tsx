import { useState } from "react";
import { post, remove } from "../../shared/api/client";
import { label, t } from "../../shared/i18n";
import { addDays, clock, dayName, dayOf, fromField } from "../../shared/time";
import { Failure, Loading, Refusal, Section, ui } from "../../shared/ui/parts";
import { type Field, FormDialog, type Values } from "../kit";
import panel from "../panel.module.css";
import { useWrite } from "../useWrite";
import { type Pattern, type Shift, type Technician, technicianPath, useAll } from "./api";
import css from "./technicians.module.css";

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;
const LOOK_BACK = 7;
const LOOK_AHEAD = 90;

function Weekdays({ value, onChange }: { value: readonly number[]; onChange: (days: number[]) => void }) {
  return (
    <span className={css.weekdays}>
      {WEEKDAYS.map((weekday) => (
        <label key={weekday}>
          <input
            type="checkbox"
            checked={value.includes(weekday)}
            onChange={(event) =>
              onChange(event.target.checked ? [...value, weekday] : value.filter((one) => one !== weekday))
            }
          />
          {t(`weekday.${weekday}`)}
        </label>
      ))}
    </span>
  );
}

function PatternDialog({ path, onClose }: { path: string; onClose: () => void }) {
  const fields: Field[] = [
    {
      name: "weekdays",
      label: t("shift.days"),
      kind: "own",
      across: true,
      draw: (value, set) => <Weekdays value={value as number[]} onChange={set} />,
    },
    { name: "starts", label: t("shift.starts"), kind: "time", required: true },
    { name: "ends", label: t("shift.ends"), kind: "time", required: true, hint: t("shift.endsHint") },
    { name: "break_starts", label: t("shift.breakStarts"), kind: "time" },
    { name: "break_ends", label: t("shift.breakEnds"), kind: "time" },
    { name: "valid_from", label: t("shift.from"), kind: "date" },
    { name: "valid_to", label: t("shift.to"), kind: "date" },
  ];
  const send = ({ break_starts, break_ends, ...values }: Values) =>
    post(path, {
      ...values,
      breaks: break_starts && break_ends ? [{ starts: break_starts, ends: break_ends }] : [],
    });
  return (
    <FormDialog
      title={t("shift.add")}
      fields={fields}
      initial={{
        weekdays: [0, 1, 2, 3, 4],
        starts: "08:30",
        ends: "17:30",
        break_starts: "12:00",
        break_ends: "13:00",
      }}
      send={send}
      keys={[[path], ["week"]]}
      onClose={onClose}
    />
  );
}

function SingleDialog({ path, onClose }: { path: string; onClose: () => void }) {
  const fields: Field[] = [
    { name: "day", label: t("week.day"), kind: "date", required: true, hint: t("shift.singleHint") },
    { name: "starts", label: t("shift.starts"), kind: "time", required: true },
    { name: "ends", label: t("shift.ends"), kind: "time", required: true, hint: t("shift.endsHint") },
  ];
  const send = ({ day, starts, ends }: Values) => {
    const ends_on = String(ends) > String(starts) ? String(day) : addDays(String(day), 1);
    return post(path, {
      day,
      starts_at: fromField(`${day}T${starts}`),
      ends_at: fromField(`${ends_on}T${ends}`),
    });
  };
  return (
    <FormDialog
      title={t("shift.addSingle")}
      fields={fields}
      initial={{ day: dayOf(Date.now()), starts: "08:30", ends: "17:30" }}
      send={send}
      keys={[[path], ["week"]]}
      onClose={onClose}
    />
  );
}

/** When a technician works: the weekly pattern, and the days that differ. */
export function Shifts({ technician, mayWrite }: { technician: Technician; mayWrite: boolean }) {
  const weekly = `${technicianPath(technician.id)}/shift-patterns`;
  const single = `${technicianPath(technician.id)}/shifts`;
  const today = dayOf(Date.now());
  const patterns = useAll<Pattern>(weekly);
  const shifts = useAll<Shift>(single, {
    since: addDays(today, -LOOK_BACK),
    until: addDays(today, LOOK_AHEAD),
  });
  const [adding, setAdding] = useState<"weekly" | "single" | null>(null);
  const forget = useWrite((path: string) => remove(`/api/v1/${path}`), [[weekly], [single], ["week"]]);
  const short = (wall: string) => wall.slice(0, 5);
  const cut = (path: string, name: string) =>
    mayWrite && (
      <button
        type="button"
        className={`${ui.button} ${ui.quiet}`}
        aria-label={name}
        disabled={forget.isPending}
        onClick={() => forget.mutate(path)}
      >
        {t("shift.remove")}
      </button>
    );
  const add = (what: "weekly" | "single", words: string) =>
    mayWrite && (
      <button type="button" className={ui.button} onClick={() => setAdding(what)}>
        {words}
      </button>
    );
  return (
    <>
      <Section title={t("shift.weekly")} aside={add("weekly", t("shift.add"))}>
        {patterns.isPending && <Loading />}
        {patterns.isError && <Failure error={patterns.error} retry={() => void patterns.refetch()} />}
        {patterns.data?.length === 0 && <p className={ui.soft}>{t("shift.none")}</p>}
        <ul className={panel.list}>
          {patterns.data?.map((one) => {
            const day = label("weekday", one.weekday);
            return (
              <li key={one.id}>
                <span>
                  {day} {short(one.starts)}–{short(one.ends)}{" "}
                  <span className={ui.soft}>
                    {one.breaks
                      .map(([from, to]) => t("shift.break", { from: short(from), to: short(to) }))
                      .join(", ")}{" "}
                    {one.valid_from && `${t("shift.from")} ${one.valid_from}`}{" "}
                    {one.valid_to && `${t("shift.to")} ${one.valid_to}`}
                  </span>
                </span>
                {cut(`shift-patterns/${one.id}`, t("shift.removeOf", { day, from: short(one.starts) }))}
              </li>
            );
          })}
        </ul>
      </Section>
      <Section title={t("shift.single", { day: `${today} …` })} aside={add("single", t("shift.addSingle"))}>
        {shifts.isError && <Failure error={shifts.error} retry={() => void shifts.refetch()} />}
        <ul className={panel.list}>
          {shifts.data?.map((one) => (
            <li key={one.id}>
              <span>
                {dayName(one.day)} {clock(one.starts_at)}–{clock(one.ends_at)}
              </span>
              {cut(`shifts/${one.id}`, t("shift.removeOf", { day: one.day, from: clock(one.starts_at) }))}
            </li>
          ))}
        </ul>
        <Refusal error={forget.error} />
      </Section>
      {adding === "weekly" && <PatternDialog path={weekly} onClose={() => setAdding(null)} />}
      {adding === "single" && <SingleDialog path={single} onClose={() => setAdding(null)} />}
    </>
  );
}
