import { useState } from "react";
import type { CaseIntake, Decision, Trial } from "../../shared/api/cases";
import { ApiProblem } from "../../shared/api/client";
import { code, label, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Facts, Failure, Loading, Section, ui } from "../../shared/ui/parts";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";
import { DismissDialog } from "./DismissDialog";
import { useIntake, useTrialsOf } from "./useCases";

/** The figures behind a decision, as words. */
function figures({ detail }: Decision): string {
  const has = (name: string) => typeof detail[name] === "number";
  if (has("used") && has("limit"))
    return t("cases.figures", { used: String(detail.used), limit: String(detail.limit) });
  if (has("devices") && has("fleet")) {
    return t("cases.shareOfFleet", { devices: String(detail.devices), fleet: String(detail.fleet) });
  }
  if (has("severity")) return t("cases.severityIs", { n: code("severity", Number(detail.severity)) });
  if (typeof detail.criticality === "string") return t("cases.criticalityIs", { grade: detail.criticality });
  return typeof detail.words === "string" ? detail.words : "";
}

function Decisions({ found }: { found: CaseIntake }) {
  return (
    <Section title={t("cases.decisions")}>
      <ol className={panel.timeline} aria-label={t("cases.decisions")}>
        {found.decisions.map((one) => (
          <li key={`${one.at} ${one.kind} ${one.reason}`}>
            <div className={panel.event}>
              <strong>{code("decision", one.kind)}</strong>
              <time dateTime={one.at}>{moment(one.at)}</time>
            </div>
            <p className={panel.by}>
              {[
                code("decision_reason", one.reason),
                figures(one),
                one.actor_name && t("cases.by", { name: one.actor_name }),
              ]
                .filter(Boolean)
                .join(" · ")}
            </p>
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** What a trial came to. */
export function outcomeOf({ state, reason }: Trial): string {
  const said = code("trial_state", state);
  return reason && reason !== "withdraw" ? `${said} · ${code("trial_reason", reason)}` : said;
}

function Trials({ id }: { id: string }) {
  const query = useTrialsOf({ case_id: id });
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title={t("cases.trials")}>
      <ul className={panel.list}>
        {rows.map((one) => (
          <li key={one.id}>
            <span>
              <button
                type="button"
                className={panel.link}
                onClick={() => select("playbooks", one.playbook_id)}
              >
                {one.command}
              </button>{" "}
              {outcomeOf(one)}
            </span>
            <span className={ui.soft}>{moment(one.begun_at)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Work({ found }: { found: CaseIntake }) {
  const { work_order_id: order, incident_id: incident } = found;
  const nothing = !found.ticket_id && !order;
  return (
    <>
      <Facts
        rows={[
          [
            t("cases.ticket"),
            found.ticket_number && (
              <span key="ticket">
                <span className={ui.mono}>{found.ticket_number}</span>{" "}
                <span className={ui.chip}>{code("ticket_state", found.ticket_state)}</span>{" "}
                {found.rolled_up && <span className={ui.soft}>{t("cases.joined")}</span>}
              </span>
            ),
          ],
          [
            t("cases.order"),
            order && (
              <span key="order">
                <button type="button" className={panel.link} onClick={() => select("orders", order)}>
                  {found.order_number}
                </button>{" "}
                <span className={ui.chip}>{label("state", found.order_state)}</span>
              </span>
            ),
          ],
          [
            t("cases.incident"),
            incident && (
              <button
                key="incident"
                type="button"
                className={panel.link}
                onClick={() => select("incidents", incident)}
              >
                {found.incident_name}
              </button>
            ),
          ],
        ]}
      />
      {nothing && <p className={ui.soft}>{t("cases.noWork")}</p>}
    </>
  );
}

/** What became of a case: its ticket and order, what the policy decided and why, what was tried from afar. */
export function CaseWork({ id, name }: { id: string; name: string }) {
  const query = useIntake(id);
  const rights = useRights();
  const [asking, setAsking] = useState(false);
  const found = query.data;
  const unknown = query.error instanceof ApiProblem && query.error.status === 404;
  const waits = found?.state === "waiting";
  return (
    <>
      <Section
        title={t("cases.work")}
        aside={
          waits &&
          rights.release && (
            <button type="button" className={ui.button} onClick={() => setAsking(true)}>
              {t("cases.dismiss")}
            </button>
          )
        }
      >
        {query.isPending && <Loading />}
        {unknown && <p className={ui.soft}>{t("cases.notTaken")}</p>}
        {query.isError && !unknown && <Failure error={query.error} retry={() => void query.refetch()} />}
        {found && <Work found={found} />}
      </Section>
      {found && found.decisions.length > 0 && <Decisions found={found} />}
      <Trials id={id} />
      {asking && <DismissDialog id={id} name={name} onClose={() => setAsking(false)} />}
    </>
  );
}
