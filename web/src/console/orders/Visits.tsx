import type { Visit } from "../../shared/api/types";
import { code, label, t } from "../../shared/i18n";
import { clock, moment, quantity } from "../../shared/time";
import { Section, ui } from "../../shared/ui/parts";
import css from "../panel.module.css";
import { select } from "../route";
import { Actions } from "./Actions";

/** What is done from here; the rest is the technician's, or moves the visit elsewhere. */
const OFFERED = new Set(["dispatch", "cancel"]);

function Actual({ visit }: { visit: Visit }) {
  const { accepted_at, travel_started_at, arrived_at, work_started_at, ended_at } = visit.actual;
  const steps = [
    [t("order.accepted"), accepted_at],
    [t("order.travel"), travel_started_at],
    [t("order.arrived"), arrived_at],
    [t("order.started"), work_started_at],
    [t("order.ended"), ended_at],
  ] as const;
  const done = steps.filter(([, at]) => at !== null);
  if (done.length === 0) return null;
  return (
    <dl className={css.steps}>
      {done.map(([name, at]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{at && moment(at)}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Visits({ visits }: { visits: readonly Visit[] }) {
  return (
    <Section title={t("order.visits")}>
      {visits.length === 0 && <p className={ui.soft}>{t("order.noVisits")}</p>}
      {visits.map((visit) => (
        <div key={visit.id} className={css.visit}>
          <header>
            <strong>{t("order.visitNo", { n: visit.visit_no })}</strong>
            <span className={ui.chip}>{label("visit.state", visit.state)}</span>
          </header>
          <p>
            {visit.technicians.map((one, index) => (
              <span key={one.id}>
                {index > 0 && ", "}
                <button type="button" className={css.link} onClick={() => select("technicians", one.id)}>
                  {one.name}
                </button>
                {one.lead && visit.technicians.length > 1 && ` (${t("order.lead")})`}
              </span>
            ))}
            {visit.planned_start && (
              <span className={ui.soft}>
                {"  "}
                {t("order.planned")} {moment(visit.planned_start)}
                {visit.planned_end && `–${clock(visit.planned_end)}`}
              </span>
            )}
          </p>
          <Actual visit={visit} />
          {visit.outcome && (
            <p className={ui.soft}>
              {t("order.outcome")}: {code("outcome", visit.outcome)}
            </p>
          )}
          {visit.reason && <p className={css.text}>{visit.reason}</p>}
          {visit.parts_used.length > 0 && (
            <>
              <h4 className={css.sub}>{t("order.partsUsed")}</h4>
              <ul className={css.list}>
                {visit.parts_used.map((part) => (
                  <li key={`${part.part_number} ${part.serial}`}>
                    <span>
                      {part.part_name} <span className={ui.mono}>{part.part_number}</span> ×{" "}
                      {quantity(part.quantity)}
                    </span>
                    {part.serial && (
                      <span className={ui.soft}>{t("order.serial", { serial: part.serial })}</span>
                    )}
                  </li>
                ))}
              </ul>
            </>
          )}
          <div className={css.visitActions}>
            <Actions
              kind="visit."
              path={`/api/v1/visits/${encodeURIComponent(visit.id)}/actions`}
              name={t("order.visitNo", { n: visit.visit_no })}
              {...(visit.version === undefined ? {} : { version: visit.version })}
              actions={(visit.allowed_actions ?? []).filter((action) => OFFERED.has(action))}
            />
          </div>
        </div>
      ))}
    </Section>
  );
}
