import { useState } from "react";
import type { DryRun, PlaybookTerms } from "../../shared/api/cases";
import { code, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { problemText, Section, ui } from "../../shared/ui/parts";
import css from "../cases/cases.module.css";
import panel from "../panel.module.css";
import { select } from "../route";
import { useDryRun } from "./usePlaybooks";

const SPANS = [30, 90, 365];

function found(finding: string): string {
  return finding === "open" ? t("cases.noFinding") : code("outcome", finding);
}

function Counts({
  title,
  counts,
  name,
}: {
  title: string;
  counts: Record<string, number>;
  name: (key: string) => string;
}) {
  const shown = Object.entries(counts);
  if (shown.length === 0) return null;
  return (
    <div>
      <h4 className={panel.sub}>{title}</h4>
      <p className={css.counts}>
        {shown.map(([key, n]) => (
          <span key={key} className={ui.chip}>
            {t("playbook.count", { name: name(key), n })}
          </span>
        ))}
      </p>
    </div>
  );
}

function Result({ run }: { run: DryRun }) {
  if (run.cases === 0) return <p role="status">{t("playbook.dryNone")}</p>;
  return (
    <>
      <p role="status" className={css.big}>
        {t("playbook.dryResult", { cases: run.cases, tried: run.tried })}
      </p>
      <Counts title={t("playbook.dryFound")} counts={run.findings_of_tried} name={found} />
      <Counts
        title={t("playbook.dryRefused")}
        counts={run.refused}
        name={(key) => code("trial_refusal", key)}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard */}
      <div className={ui.tableWrap} tabIndex={0} role="region" aria-label={t("playbook.dryRun")}>
        <table className={ui.table}>
          <thead>
            <tr>
              <th scope="col">{t("case.opened")}</th>
              <th scope="col">{t("letters.device")}</th>
              <th scope="col">{t("case.severity")}</th>
              <th scope="col">{t("playbook.outcome")}</th>
              <th scope="col">{t("cases.finding")}</th>
            </tr>
          </thead>
          <tbody>
            {run.items.map((one) => (
              <tr key={one.case_id}>
                <td>{moment(one.opened_at)}</td>
                <td>
                  <button type="button" className={panel.link} onClick={() => select("cases", one.case_id)}>
                    {one.device_name ?? t("app.none")}
                  </button>
                </td>
                <td>{code("severity", one.severity)}</td>
                <td>{one.refused ? code("trial_refusal", one.refused) : t("playbook.wouldTry")}</td>
                <td>{one.finding ? code("outcome", one.finding) : t("app.none")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Hold a condition against past cases before anything is sent to a device. */
export function DryRunPart({ terms }: { terms: PlaybookTerms }) {
  const [days, setDays] = useState(90);
  const run = useDryRun();
  const { model, failure_group, severity_at_most, most_critical, cold_start } = terms;
  return (
    <Section title={t("playbook.dryRun")}>
      <div className={ui.stack}>
        <p className={ui.soft}>{t("playbook.dryHint")}</p>
        <div className={panel.controls}>
          <select
            className={ui.input}
            aria-label={t("cases.days")}
            value={days}
            onChange={(event) => setDays(Number(event.target.value))}
          >
            {SPANS.map((one) => (
              <option key={one} value={one}>
                {t("cases.lastDays", { n: one })}
              </option>
            ))}
          </select>
          <button
            type="button"
            className={ui.button}
            disabled={run.isPending || model === "" || failure_group === ""}
            onClick={() =>
              run.mutate({ model, failure_group, severity_at_most, most_critical, cold_start, days })
            }
          >
            {t("playbook.tryIt")}
          </button>
        </div>
        {run.isError && (
          <p className={ui.error} role="alert">
            {problemText(run.error)}
          </p>
        )}
        {run.data && <Result run={run.data} />}
      </div>
    </Section>
  );
}
