import { useState } from "react";
import type { Playbook, PlaybookVersion, Trial } from "../../shared/api/cases";
import { code, label, t } from "../../shared/i18n";
import { duration, moment } from "../../shared/time";
import { Facts, Failure, Loading, problemText, Section, ui } from "../../shared/ui/parts";
import { outcomeOf } from "../cases/CaseWork";
import { More } from "../cases/More";
import { useTrialsOf, useWithdraw } from "../cases/useCases";
import { Panel } from "../Panel";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { go, select } from "../route";
import { DryRunPart } from "./DryRunPart";
import { PlaybookForm } from "./PlaybookForm";
import { NEW } from "./PlaybookList";
import { usePlaybook, useVersions } from "./usePlaybooks";

const RUNNING = new Set(["commanded", "proving"]);

function What({ found }: { found: Playbook }) {
  const args = Object.entries(found.args).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return (
    <Section title={t("playbook.for")}>
      <Facts
        rows={[
          [t("device.model"), code("model", found.model)],
          [t("case.group"), code("failure_group", found.failure_group)],
          [
            t("playbook.condition"),
            t("playbook.conditionText", {
              severity: code("severity", found.severity_at_most),
              grade: found.most_critical,
            }),
          ],
          [t("playbook.cold_start"), t(found.cold_start ? "app.yes" : "app.no")],
          [
            t("playbook.commandPart"),
            <span key="command" className={ui.mono}>
              {[found.command, ...args].join(" ")}
            </span>,
          ],
          [t("playbook.command_seconds"), duration(1000 * found.command_seconds)],
          [
            t("playbook.proof"),
            t("playbook.proofText", {
              samples: found.proof_samples,
              time: duration(1000 * found.proof_seconds),
              limit: duration(1000 * found.proof_limit_seconds),
            }),
          ],
          [t("playbook.rest_hours"), found.rest_hours],
        ]}
      />
    </Section>
  );
}

function Run({ one, mayWithdraw }: { one: Trial; mayWithdraw: boolean }) {
  const withdraw = useWithdraw(() => undefined);
  return (
    <li>
      <span>
        <button type="button" className={panel.link} onClick={() => select("cases", one.case_id)}>
          {one.device_name ?? t("app.none")}
        </button>{" "}
        {outcomeOf(one)}{" "}
        {mayWithdraw && RUNNING.has(one.state) && (
          <button
            type="button"
            className={panel.link}
            aria-label={t("playbook.withdrawOf", { name: one.device_name ?? one.command })}
            disabled={withdraw.isPending}
            onClick={() => withdraw.mutate(one.id)}
          >
            {t("playbook.withdraw")}
          </button>
        )}
        {withdraw.isError && (
          <span className={ui.error} role="alert">
            {problemText(withdraw.error)}
          </span>
        )}
      </span>
      <span className={ui.soft}>{moment(one.begun_at)}</span>
    </li>
  );
}

function Runs({ id }: { id: string }) {
  const decide = useRights().release;
  const query = useTrialsOf({ playbook_id: id });
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title={t("playbook.runs")} aside={<More query={query} />}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("playbook.noRuns")}</p>}
      <ul className={panel.list} aria-label={t("playbook.runs")}>
        {rows.map((one) => (
          <Run key={one.id} one={one} mayWithdraw={decide} />
        ))}
      </ul>
    </Section>
  );
}

function said(value: unknown): string {
  return value === null ? t("app.none") : typeof value === "object" ? JSON.stringify(value) : String(value);
}

function changes({ version, changed }: PlaybookVersion): string {
  if (version === 1) return t("playbook.first");
  return Object.entries(changed)
    .map(([name, [before, after]]) =>
      t("playbook.change", { name: label("playbook", name), before: said(before), after: said(after) }),
    )
    .join(", ");
}

function Versions({ id }: { id: string }) {
  const query = useVersions(id);
  return (
    <Section title={t("playbook.versions")}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      <ol className={panel.timeline} aria-label={t("playbook.versions")}>
        {query.data?.map((one) => (
          <li key={one.version}>
            <div className={panel.event}>
              <strong>{t("playbook.version", { n: one.version })}</strong>
              <time dateTime={one.at}>{moment(one.at)}</time>
            </div>
            <p className={panel.by}>
              {[changes(one), one.actor_name && t("cases.by", { name: one.actor_name })]
                .filter(Boolean)
                .join(" · ")}
            </p>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Known({ id }: { id: string }) {
  const query = usePlaybook(id);
  const write = useRights().policy;
  const [editing, setEditing] = useState(false);
  const [saved, setSaved] = useState<number | null>(null);
  const found = query.data;
  if (query.isPending) return <Loading />;
  if (!found) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return (
    <Panel
      title={t("playbook.title", { name: found.name })}
      lead={
        <p className={panel.lead}>
          <span className={`${ui.chip} ${found.active ? ui.chipGood : ""}`}>
            {t(found.active ? "playbook.active" : "playbook.inactive")}
          </span>
          <span className={ui.chip}>{t("playbook.version", { n: found.version })}</span>
        </p>
      }
    >
      {editing ? (
        <PlaybookForm
          known={found}
          onCancel={() => setEditing(false)}
          onSaved={(one) => {
            setSaved(one.version);
            setEditing(false);
          }}
        />
      ) : (
        <>
          {write && (
            <div className={panel.actions}>
              <button type="button" className={ui.button} onClick={() => setEditing(true)}>
                {t("playbook.edit")}
              </button>
            </div>
          )}
          <p className={saved ? panel.done : ""} role="status">
            {saved !== null && t("playbook.saved", { n: saved })}
          </p>
          <What found={found} />
          <Runs id={id} />
          <DryRunPart terms={found} />
          <Versions id={id} />
        </>
      )}
    </Panel>
  );
}

/** A playbook: what it says, how its runs ended, its versions; written with a form. */
export function PlaybookPanel({ id }: { id: string }) {
  if (id !== NEW) return <Known id={id} />;
  return (
    <Panel title={t("playbook.new")}>
      <PlaybookForm
        known={null}
        onCancel={() => go({ selection: null, wide: false })}
        onSaved={(made) => select("playbooks", made.id)}
      />
    </Panel>
  );
}
