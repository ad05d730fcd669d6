import { useState } from "react";
import type { IncidentCase } from "../../shared/api/cases";
import { code, label, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Facts, Failure, Loading, problemText, Section, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import { Panel } from "../Panel";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";
import { scopeName } from "./IncidentList";
import { More } from "./More";
import { useIncident, useMembers, useSplit } from "./useCases";

function memberName(one: IncidentCase): string {
  return t("cases.title", {
    device: one.asset_name ?? one.device_name ?? t("app.none"),
    group: code("failure_group", one.failure_group),
  });
}

function SplitDialog({
  incident,
  member,
  onClose,
}: {
  incident: string;
  member: IncidentCase;
  onClose: () => void;
}) {
  const split = useSplit(incident, onClose);
  return (
    <Modal title={t("incident.splitOf", { name: memberName(member) })} onClose={onClose}>
      <p>{t("incident.splitText")}</p>
      {split.isError && (
        <p className={ui.error} role="alert">
          {problemText(split.error)}
        </p>
      )}
      <div className={ui.dialogButtons}>
        <button type="button" className={ui.button} onClick={onClose}>
          {t("app.cancel")}
        </button>
        <button
          type="button"
          className={`${ui.button} ${ui.primary}`}
          disabled={split.isPending}
          onClick={() => split.mutate(member.case_id)}
        >
          {t("incident.split")}
        </button>
      </div>
    </Modal>
  );
}

function Members({ id }: { id: string }) {
  const rights = useRights();
  const query = useMembers(id);
  const [splitting, setSplitting] = useState<IncidentCase | null>(null);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title={t("incident.members")} aside={<More query={query} />}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      <ul className={panel.list} aria-label={t("incident.members")}>
        {rows.map((one) => (
          <li key={one.case_id}>
            <span>
              <button type="button" className={panel.link} onClick={() => select("cases", one.case_id)}>
                {memberName(one)}
              </button>{" "}
              <span className={ui.soft}>
                {[
                  code("severity", one.severity),
                  one.finding ? code("outcome", one.finding) : label("case.state", one.state),
                  moment(one.happened_at),
                ].join(" · ")}
              </span>
            </span>
            {rights.release && (
              <button
                type="button"
                className={panel.link}
                aria-label={t("incident.splitOf", { name: memberName(one) })}
                onClick={() => setSplitting(one)}
              >
                {t("incident.split")}
              </button>
            )}
          </li>
        ))}
      </ul>
      {splitting && <SplitDialog incident={id} member={splitting} onClose={() => setSplitting(null)} />}
    </Section>
  );
}

/** An incident with its figures and its cases; any of them can be taken out. */
export function IncidentPanel({ id }: { id: string }) {
  const query = useIncident(id);
  const found = query.data;
  if (query.isPending) return <Loading />;
  if (!found) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return (
    <Panel
      title={t("incident.title", { name: scopeName(found) })}
      lead={
        <p className={panel.lead}>
          <span className={`${ui.chip} ${found.ended_at ? "" : ui.chipWarn}`}>
            {found.ended_at ? t("incident.over") : t("incident.underWay")}
          </span>
        </p>
      }
    >
      <Section title={t("cases.incident")}>
        <Facts
          rows={[
            [t("incident.scope"), `${t(`incident.${found.scope}`)} ${scopeName(found)}`],
            [t("incident.devices"), t("incident.share", { n: found.device_count, of: found.fleet_count })],
            [t("incident.began"), moment(found.began_at)],
            [t("incident.last"), moment(found.last_case_at)],
            [t("incident.ended"), found.ended_at && moment(found.ended_at)],
            [
              t("incident.ticket"),
              <span key="ticket">
                <span className={ui.mono}>{found.ticket_number}</span>{" "}
                <span className={ui.chip}>{code("ticket_state", found.ticket_state)}</span>
              </span>,
            ],
          ]}
        />
      </Section>
      <Members id={id} />
    </Panel>
  );
}
