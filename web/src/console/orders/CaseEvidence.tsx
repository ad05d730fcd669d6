import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { get, withQuery } from "../../shared/api/client";
import type { Case } from "../../shared/api/types";
import { code, label, t, useLang } from "../../shared/i18n";
import { dayMoment, moment, number } from "../../shared/time";
import { Facts, Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { Chart } from "../charts/Chart";
import css from "../panel.module.css";
import { select } from "../route";

/** What each metric says, the strongest first. */
export function Shares({ found }: { found: Case }) {
  const latest = new Map<string, Case["evidence"][number]>();
  for (const one of found.evidence) {
    const known = latest.get(one.metric);
    if (!known || Date.parse(one.at) > Date.parse(known.at)) latest.set(one.metric, one);
  }
  if (latest.size === 0) return null;
  return (
    <table className={ui.table}>
      <thead>
        <tr>
          <th scope="col">{t("case.metric")}</th>
          <th scope="col" className={ui.num}>
            {t("case.observed")}
          </th>
          <th scope="col" className={ui.num}>
            {t("case.expectedValue")}
          </th>
          <th scope="col" className={ui.num}>
            {t("case.share")}
          </th>
        </tr>
      </thead>
      <tbody>
        {[...latest.values()]
          .sort((a, b) => (b.share ?? 0) - (a.share ?? 0))
          .map((one) => (
            <tr key={one.metric}>
              <td>{code("metric", one.metric)}</td>
              <td className={ui.num}>{number(one.observed)}</td>
              <td className={ui.num}>{one.expected === null ? t("app.none") : number(one.expected)}</td>
              <td className={ui.num}>
                {one.share === null ? t("app.none") : `${number(one.share * 100, 0)} %`}
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

/** The same for mail and phone: drawn by the server. */
function pictureOf(id: string, lang: string): string {
  return withQuery(`/api/v1/cases/${encodeURIComponent(id)}/evidence.svg`, { lang });
}

function Body({ found }: { found: Case }) {
  const lang = useLang();
  const { chart, failure_window: expected, started_at: started } = found;
  const data = useMemo(
    () =>
      chart && {
        name: lang ? code("metric", chart.metric) : "",
        points: chart.points,
        band: chart.band ?? [],
        alarms: chart.alarms ?? [],
        startedAt: started === null ? undefined : Date.parse(started),
        expected: expected
          ? ([expected.p10, expected.p50, expected.p90].map(Date.parse) as [number, number, number])
          : undefined,
      },
    [chart, started, expected, lang],
  );
  return (
    <div className={ui.stack}>
      <Facts
        rows={[
          [
            t("letters.device"),
            <button
              key="device"
              type="button"
              className={css.link}
              onClick={() => select("devices", found.device_id)}
            >
              {found.device_name}
            </button>,
          ],
          [t("case.group"), code("failure_group", found.failure_group)],
          [t("case.severity"), code("severity", found.severity)],
          [t("case.since"), moment(found.started_at ?? found.opened_at)],
          [
            t("case.window"),
            expected &&
              t("case.windowText", {
                p10: dayMoment(expected.p10),
                p50: dayMoment(expected.p50),
                p90: dayMoment(expected.p90),
              }),
          ],
        ]}
      />
      {data && <Chart data={data} />}
      <Shares found={found} />
      <p className={css.lead}>
        <button type="button" className={css.link} onClick={() => select("cases", found.id)}>
          {t("cases.whole")}
        </button>
        <a className={css.link} href={pictureOf(found.id, lang)} target="_blank" rel="noreferrer">
          {t("case.picture")}
        </a>
      </p>
    </div>
  );
}

/** The case behind an order: what was measured against what was expected. */
export function CaseEvidence({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ["case", id],
    queryFn: ({ signal }) => get<Case>(`/api/v1/cases/${encodeURIComponent(id)}`, {}, signal),
  });
  const found = query.data;
  const aside = found && (
    <span>
      {found.low_confidence && <span className={`${ui.chip} ${ui.chipWarn}`}>{t("case.lowConfidence")}</span>}{" "}
      <span className={ui.chip}>{label("case.state", found.state)}</span>
    </span>
  );
  return (
    <Section title={t("order.evidence")} aside={aside}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {found && <Body found={found} />}
    </Section>
  );
}
