import { useState } from "react";
import { post } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { addDays, dayMoment, dayOf, fromField } from "../../shared/time";
import { Failure, Loading, Refusal, ui } from "../../shared/ui/parts";
import { ListPage } from "../kit";
import { Modal } from "../Modal";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";
import { useWrite } from "../useWrite";
import { AbsenceDialog } from "./AbsenceDialog";
import { ABSENCES, type Absence, type PlannedVisit, STATES, useAll } from "./api";

const TONE = { requested: ui.chipWarn, approved: ui.chipGood, refused: ui.chipBad } as const;

/** Yes or no, with what a yes would send back to planning. */
function Decide({ absence, onClose }: { absence: Absence; onClose: () => void }) {
  const path = `${ABSENCES}/${absence.id}`;
  const hit = useAll<PlannedVisit>(`${path}/visits`);
  const [note, setNote] = useState("");
  const write = useWrite(
    (approve: boolean) => post(`${path}/decision`, { approve, note }),
    [[ABSENCES], ["week"]],
    onClose,
  );
  return (
    <Modal title={t("absence.decideOf", { name: absence.technician_name })} onClose={onClose}>
      <div className={ui.stack}>
        <p>
          {t(`absence.kind.${absence.kind}`)} · {dayMoment(absence.starts_at)} – {dayMoment(absence.ends_at)}
          {absence.reason && ` · ${absence.reason}`}
        </p>
        {hit.isPending && <Loading />}
        {hit.isError && <Failure error={hit.error} retry={() => void hit.refetch()} />}
        {hit.data?.length === 0 && <p className={ui.soft}>{t("absence.hitNone")}</p>}
        {hit.data && hit.data.length > 0 && (
          <>
            <p>{t("absence.hit", { n: hit.data.length })}</p>
            <ul className={panel.list}>
              {hit.data.map((one) => (
                <li key={one.visit_id}>
                  <span>
                    <span className={ui.mono}>{one.number}</span> {one.summary}
                  </span>
                  <span className={ui.soft}>{dayMoment(one.start)}</span>
                </li>
              ))}
            </ul>
          </>
        )}
        <label className={ui.field}>
          <span>{t("absence.note")}</span>
          <input
            className={ui.input}
            maxLength={200}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </label>
        <Refusal error={write.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="button"
            className={`${ui.button} ${ui.danger}`}
            disabled={write.isPending}
            onClick={() => write.mutate(false)}
          >
            {t("absence.refuse")}
          </button>
          <button
            type="button"
            className={`${ui.button} ${ui.primary}`}
            disabled={write.isPending}
            onClick={() => write.mutate(true)}
          >
            {t("absence.approve")}
          </button>
        </div>
      </div>
    </Modal>
  );
}

/** Who is away, and who asks to be. */
export function Absences() {
  const rights = useRights();
  const today = dayOf(Date.now());
  const [deciding, setDeciding] = useState<Absence | null>(null);
  const [adding, setAdding] = useState(false);
  return (
    <>
      <ListPage<Absence>
        label={t("view.absences")}
        path={ABSENCES}
        filters={[
          {
            name: "state",
            label: t("absence.state"),
            none: t("app.all"),
            options: STATES.map((one) => [one, t(`absence.state.${one}`)] as const),
          },
          { name: "since", label: t("absence.from"), kind: "date" },
        ]}
        queryOf={(filter) => ({ since: today, ...filter })}
        columns={[
          {
            name: t("absence.who"),
            width: "minmax(110px, 1fr)",
            cell: (row) => (
              <button
                type="button"
                className={panel.link}
                onClick={() => select("technicians", row.technician_id, "week")}
              >
                {row.technician_name}
              </button>
            ),
          },
          { name: t("absence.kind"), width: "90px", cell: (row) => t(`absence.kind.${row.kind}`) },
          { name: t("absence.from"), width: "140px", cell: (row) => dayMoment(row.starts_at) },
          { name: t("absence.to"), width: "140px", cell: (row) => dayMoment(row.ends_at) },
          {
            name: t("absence.state"),
            width: "100px",
            cell: (row) => (
              <span className={`${ui.chip} ${TONE[row.state]}`}>{t(`absence.state.${row.state}`)}</span>
            ),
          },
          {
            name: t("absence.reason"),
            width: "minmax(120px, 2fr)",
            cell: (row) => [row.reason, row.decision_note].filter(Boolean).join(" · "),
          },
          {
            name: t("absence.look"),
            width: "90px",
            cell: (row) =>
              rights.people &&
              row.state === "requested" && (
                <button
                  type="button"
                  className={ui.button}
                  aria-label={t("absence.lookOf", { name: row.technician_name })}
                  onClick={() => setDeciding(row)}
                >
                  {t("absence.look")}
                </button>
              ),
          },
        ]}
        empty={t("absence.none")}
        actions={
          rights.planning && (
            <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setAdding(true)}>
              {t("absence.new")}
            </button>
          )
        }
      />
      {deciding && <Decide absence={deciding} onClose={() => setDeciding(null)} />}
      {adding && (
        <AbsenceDialog
          technicianId={null}
          from={fromField(`${addDays(today, 1)}T08:00`) ?? ""}
          to={fromField(`${addDays(today, 1)}T18:00`) ?? ""}
          onClose={() => setAdding(false)}
        />
      )}
    </>
  );
}
