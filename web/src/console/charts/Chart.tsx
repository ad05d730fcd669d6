import { lazy, Suspense } from "react";
import { t } from "../../shared/i18n";
import { moment, number } from "../../shared/time";
import { Empty, Loading, ui } from "../../shared/ui/parts";
import css from "./chart.module.css";

const Plot = lazy(() => import("./Plot"));
const MAX_ROWS = 60;

export interface ChartData {
  /** The name of the line, with its unit. */
  name: string;
  points: readonly (readonly [ms: number, value: number | null])[];
  band: readonly (readonly [ms: number, low: number, high: number])[];
  alarms: readonly number[];
  /** Lowest and highest sample of each step, where the points are means. */
  envelope?: readonly (readonly [ms: number, low: number, high: number])[] | undefined;
  /** Values that people have set a limit at. */
  limits?: readonly number[] | undefined;
  /** When it began to leave the band. */
  startedAt?: number | undefined;
  /** P10, P50 and P90 of the failure. */
  expected?: readonly [p10: number, p50: number, p90: number] | undefined;
}

function Table({ data }: { data: ChartData }) {
  const step = Math.max(1, Math.ceil(data.points.length / MAX_ROWS));
  const rows = data.points.filter((_, index) => index % step === 0);
  const bands = new Map(data.band.map(([ms, low, high]) => [ms, { low, high }]));
  const banded = data.band.length > 0;
  const reached = new Map((data.envelope ?? []).map(([ms, low, high]) => [ms, { low, high }]));
  const cell = (value: number | null | undefined) =>
    value === null || value === undefined ? t("app.none") : number(value);
  return (
    <details className={css.details}>
      <summary>{t("chart.table")}</summary>
      {step > 1 && <p className={ui.soft}>{t("chart.sampled", { n: rows.length })}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard */}
      <div className={ui.tableWrap} tabIndex={0} role="region" aria-label={data.name}>
        <table className={ui.table}>
          <thead>
            <tr>
              <th scope="col">{t("chart.time")}</th>
              <th scope="col">{data.name}</th>
              {reached.size > 0 && <th scope="col">{t("chart.lowest")}</th>}
              {reached.size > 0 && <th scope="col">{t("chart.highest")}</th>}
              {banded && <th scope="col">{t("chart.low")}</th>}
              {banded && <th scope="col">{t("chart.high")}</th>}
            </tr>
          </thead>
          <tbody>
            {rows.map(([ms, value]) => {
              const band = bands.get(ms);
              return (
                <tr key={ms}>
                  <td>{moment(ms)}</td>
                  <td>{cell(value)}</td>
                  {reached.size > 0 && <td>{cell(reached.get(ms)?.low)}</td>}
                  {reached.size > 0 && <td>{cell(reached.get(ms)?.high)}</td>}
                  {banded && <td>{cell(band?.low)}</td>}
                  {banded && <td>{cell(band?.high)}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** A line over time, its expected band and alarm marks; the same as a table below. */
export function Chart({ data, height = 190 }: { data: ChartData; height?: number }) {
  const first = data.points[0];
  const last = data.points.at(-1);
  if (!first || !last) return <Empty>{t("chart.empty")}</Empty>;
  const caption = t("chart.label", {
    metric: data.name,
    n: data.points.length,
    from: moment(first[0]),
    to: moment(last[0]),
  });
  return (
    <figure className={css.figure}>
      <div role="img" aria-label={caption} className={css.plot} style={{ minHeight: height }}>
        <Suspense fallback={<Loading />}>
          <Plot data={data} height={height} />
        </Suspense>
      </div>
      <figcaption className={css.legend}>
        <span className={css.line}>{data.envelope?.length ? t("chart.mean") : t("case.observed")}</span>
        {data.envelope && data.envelope.length > 0 && (
          <span className={css.envelope}>{t("chart.envelope")}</span>
        )}
        {data.band.length > 0 && <span className={css.band}>{t("case.expected")}</span>}
        {data.alarms.length > 0 && <span className={css.alarm}>{t("case.alarm")}</span>}
        {data.limits?.map((one) => (
          <span key={one} className={css.limit}>
            {t("chart.limit", { n: number(one) })}
          </span>
        ))}
        {data.startedAt !== undefined && <span className={css.start}>{t("case.since")}</span>}
        {data.expected && <span className={css.window}>{t("case.window")}</span>}
      </figcaption>
      <Table data={data} />
    </figure>
  );
}
