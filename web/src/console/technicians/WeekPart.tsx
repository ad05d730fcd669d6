import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get, remove } from "../../shared/api/client";
import { label, t } from "../../shared/i18n";
import { addDays, dayMoment, dayName, dayOf, fromField, number } from "../../shared/time";
import { Failure, Loading, Refusal, Section, ui } from "../../shared/ui/parts";
import { ExportLinks } from "../kit";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import { AbsenceDialog } from "./AbsenceDialog";
import { ABSENCES, mondayOf, PAID, SPENT, type Technician, technicianPath, type Week } from "./api";
import css from "./technicians.module.css";
import { WeekCalendar } from "./WeekCalendar";

/** `7:30` for 450 minutes; nothing for none. */
function hours(minutes: number): string {
  return minutes === 0 ? "" : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

function Timesheet({ week }: { week: Week }) {
  const columns = [
    ...SPENT.map((name) => [name, (day: Week["days"][number]) => day.spent[name]] as const),
    ...PAID.map((name) => [name, (day: Week["days"][number]) => day.paid[name]] as const),
  ];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
    <div className={css.timesheet} tabIndex={0} role="region" aria-label={t("week.timesheet")}>
      <table className={ui.table}>
        <thead>
          <tr>
            <th>{t("week.day")}</th>
            {columns.map(([name]) => (
              <th key={name} className={ui.num}>
                {t(`week.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {week.days.map((day) => (
            <tr key={day.day}>
              <th scope="row">{dayName(day.day)}</th>
              {columns.map(([name, of]) => (
                <td key={name} className={ui.num}>
                  {hours(of(day))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("week.total")}</th>
            {columns.map(([name, of]) => (
              <td key={name} className={ui.num}>
                <strong>{hours(week.days.reduce((sum, day) => sum + of(day), 0))}</strong>
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Away({ week, mayWrite, name }: { week: Week; mayWrite: boolean; name: string }) {
  const back = useWrite((id: string) => remove(`${ABSENCES}/${id}`), [[ABSENCES], ["week"]]);
  if (week.absences.length === 0) return <p className={ui.soft}>{t("absence.noneHere")}</p>;
  return (
    <>
      <ul className={panel.list}>
        {week.absences.map((one) => (
          <li key={one.id}>
            <span>
              {label("absence.kind", one.kind)} · {dayMoment(one.starts_at)} – {dayMoment(one.ends_at)}
              <br />
              <span className={ui.soft}>{one.reason}</span>
            </span>
            <span className={css.ops}>
              <span className={`${ui.chip} ${one.state === "approved" ? ui.chipGood : ui.chipWarn}`}>
                {label("absence.state", one.state)}
              </span>
              {mayWrite && (
                <button
                  type="button"
                  className={`${ui.button} ${ui.quiet}`}
                  aria-label={t("absence.removeOf", { name })}
                  onClick={() => back.mutate(one.id)}
                >
                  {t("absence.remove")}
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
      <Refusal error={back.error} />
    </>
  );
}

/** A technician's week: shifts, absences and visits, and what the time went to. */
export function WeekPart({ technician }: { technician: Technician }) {
  const rights = useRights();
  const current = mondayOf(dayOf(Date.now()));
  const [monday, setMonday] = useState(current);
  const [adding, setAdding] = useState(false);
  const path = `${technicianPath(technician.id)}/weeks/${monday}`;
  const query = useQuery({
    queryKey: ["week", technician.id, monday],
    queryFn: ({ signal }) => get<Week>(path, {}, signal),
    refetchInterval: 60_000,
  });
  const week = query.data;
  return (
    <>
      <div className={css.turn}>
        <button type="button" className={ui.button} onClick={() => setMonday(addDays(monday, -7))}>
          ← {t("week.previous")}
        </button>
        <button
          type="button"
          className={ui.button}
          disabled={monday === current}
          onClick={() => setMonday(current)}
        >
          {t("week.this")}
        </button>
        <button type="button" className={ui.button} onClick={() => setMonday(addDays(monday, 7))}>
          {t("week.next")} →
        </button>
        <strong aria-live="polite">{t("week.of", { from: dayName(monday) })}</strong>
      </div>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {week && (
        <>
          <Section
            title={t("week.calendar")}
            aside={
              rights.planning && (
                <button type="button" className={ui.button} onClick={() => setAdding(true)}>
                  {t("absence.new")}
                </button>
              )
            }
          >
            <WeekCalendar week={week} />
            <Away week={week} mayWrite={rights.planning} name={technician.name} />
          </Section>
          <Section
            title={t("week.timesheet")}
            aside={
              rights.people && (
                <ExportLinks path={`/api/v1/timesheets/${monday}`} query={{ technician_id: technician.id }} />
              )
            }
          >
            <p className={ui.soft}>
              {t("week.minutes")} · {t("week.weighted", { hours: number(week.weighted_minutes / 60, 1) })}
            </p>
            <Timesheet week={week} />
          </Section>
        </>
      )}
      {adding && (
        <AbsenceDialog
          technicianId={technician.id}
          from={fromField(`${monday}T08:00`) ?? ""}
          to={fromField(`${monday}T18:00`) ?? ""}
          onClose={() => setAdding(false)}
        />
      )}
    </>
  );
}
