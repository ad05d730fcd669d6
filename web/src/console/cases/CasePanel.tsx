import { useMemo, useState } from "react";
import type { CaseDetail } from "../../shared/api/cases";
import { withQuery } from "../../shared/api/client";
import { code, getLang, label, t } from "../../shared/i18n";
import { dayMoment, moment } from "../../shared/time";
import { Facts, Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { CaseAdvice } from "../orders/CaseAdvice";
import { Shares } from "../orders/CaseEvidence";
import { Panel } from "../Panel";
import panel from "../panel.module.css";
import { select } from "../route";
import { CaseChart } from "./CaseChart";
import { CaseForecast } from "./CaseForecast";
import { nameOf } from "./CaseList";
import { CaseWork } from "./CaseWork";
import { useCase } from "./useCases";

function Finding({ found }: { found: CaseDetail }) {
  const { finding, finding_note: note, recovered_at: recovered, closed_at: closed, dismissed } = found;
  if (!finding && !recovered) return null;
  return (
    <Section
      title={t("cases.finding")}
      aside={dismissed && <span className={`${ui.chip} ${ui.chipWarn}`}>{t("cases.dismissed")}</span>}
    >
      <Facts
        rows={[
          [t("cases.finding"), finding && code("outcome", finding)],
          [t("cases.note"), note],
          [t("cases.recoveredAt"), recovered && moment(recovered)],
          [t("cases.closedAt"), closed && moment(closed)],
        ]}
      />
    </Section>
  );
}

function Lead({ found }: { found: CaseDetail }) {
  return (
    <p className={panel.lead}>
      <span className={ui.chip}>{label("case.state", found.state)}</span>
      <span className={`${ui.chip} ${Number(found.severity) >= 3 ? ui.chipBad : ""}`}>
        {code("severity", found.severity)}
      </span>
      {found.low_confidence && <span className={`${ui.chip} ${ui.chipWarn}`}>{t("case.lowConfidence")}</span>}
    </p>
  );
}

/** What the window of the failure rests on. */
function basisText(basis: string, failures: number | null): string {
  const text = label("cases.basis", basis);
  return failures === null ? text : t("cases.basisOf", { basis: text, n: failures });
}

function What({ found }: { found: CaseDetail }) {
  const { failure_window: expected, summary } = found;
  const lang = getLang();
  return (
    <Facts
      rows={[
        [
          t("letters.device"),
          <button
            key="device"
            type="button"
            className={panel.link}
            onClick={() => select("devices", found.device_id)}
          >
            {found.device_name}
          </button>,
        ],
        [t("device.model"), code("model", found.model)],
        [t("cases.said"), lang === "zh" ? summary.text_zh : summary.text_en],
        [t("case.since"), moment(found.started_at ?? found.opened_at)],
        [t("case.opened"), moment(found.opened_at)],
        [
          t("case.window"),
          expected &&
            t("cases.window", {
              p10: dayMoment(expected.p10),
              p50: dayMoment(expected.p50),
              p90: dayMoment(expected.p90),
            }),
        ],
        [t("cases.basis"), expected?.basis && basisText(expected.basis, expected.failures ?? null)],
      ]}
    />
  );
}

/** A case: what was measured, what it means, what was decided, what helped before. */
export function CasePanel({ id }: { id: string }) {
  const query = useCase(id);
  const found = query.data;
  const metrics = useMemo(() => metricsOf(found), [found]);
  const [picked, setPicked] = useState("");
  if (query.isPending) return <Loading />;
  if (!found) return <Failure error={query.error} retry={() => void query.refetch()} />;
  const metric = picked || found.chart?.metric || "";
  const picture = withQuery(`/api/v1/cases/${encodeURIComponent(id)}/evidence.svg`, { lang: getLang() });
  return (
    <Panel title={nameOf(found)} lead={<Lead found={found} />}>
      <Section title={t("cases.chart")}>
        <div className={ui.stack}>
          <CaseChart found={found} metric={metric} metrics={metrics} onMetric={setPicked} />
          <What found={found} />
          <Shares found={found} />
          <a className={panel.link} href={picture} target="_blank" rel="noreferrer">
            {t("case.picture")}
          </a>
        </div>
      </Section>
      {found.forecast && <CaseForecast forecast={found.forecast} />}
      <CaseWork id={id} name={nameOf(found)} />
      <Finding found={found} />
      <CaseAdvice id={id} />
    </Panel>
  );
}

/** The metrics that speak for a case with their latest share, the strongest first. */
function metricsOf(found: CaseDetail | undefined): [metric: string, share: number | null][] {
  if (!found) return [];
  const latest = new Map<string, CaseDetail["evidence"][number]>();
  for (const one of found.evidence) {
    const known = latest.get(one.metric);
    if (!known || Date.parse(one.at) > Date.parse(known.at)) latest.set(one.metric, one);
  }
  const shares = [...latest.values()].sort((a, b) => (b.share ?? 0) - (a.share ?? 0));
  const leading = found.chart?.metric;
  const rest = shares.map((one): [string, number | null] => [one.metric, one.share]);
  return !leading || latest.has(leading) ? rest : [[leading, null], ...rest];
}
