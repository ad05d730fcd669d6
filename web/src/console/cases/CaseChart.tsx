import { useMemo } from "react";
import type { CaseDetail } from "../../shared/api/cases";
import { code, t, useLang } from "../../shared/i18n";
import { number } from "../../shared/time";
import { Failure, Loading, ui } from "../../shared/ui/parts";
import { Chart, type ChartData } from "../charts/Chart";
import { useRoute } from "../route";
import css from "./cases.module.css";
import { useSeries } from "./useCases";

interface Props {
  found: CaseDetail;
  metric: string;
  metrics: readonly (readonly [metric: string, share: number | null])[];
  onMetric: (metric: string) => void;
}

/** Observed against expected, with the start, the alarms and the failure window; any metric of the case. */
export function CaseChart({ found, metric, metrics, onMetric }: Props) {
  const lang = useLang();
  const { wide } = useRoute();
  const { chart, failure_window: expected, started_at: started } = found;
  const leading = chart?.metric === metric;
  const first = chart?.points[0]?.[0] ?? Date.parse(found.opened_at);
  const last = chart?.points.at(-1)?.[0] ?? Date.parse(found.opened_at);
  const series = useSeries(
    found.device_id,
    metric,
    new Date(first).toISOString(),
    new Date(Math.max(last, first + 1)).toISOString(),
    !leading && metric !== "",
  );
  const shown = leading ? chart : series.data;
  const data = useMemo(
    (): ChartData | null =>
      shown
        ? {
            name: lang ? code("metric", shown.metric) : "",
            points: shown.points,
            band: shown.band ?? [],
            alarms: leading ? (chart?.alarms ?? []) : [],
            startedAt: started === null ? undefined : Date.parse(started),
            expected: expected
              ? ([expected.p10, expected.p50, expected.p90].map(Date.parse) as [number, number, number])
              : undefined,
          }
        : null,
    [shown, leading, chart, started, expected, lang],
  );
  return (
    <>
      {metrics.length > 1 && (
        <div className={css.metrics} role="group" aria-label={t("cases.metricShown")}>
          {metrics.map(([one, share]) => (
            <button
              key={one}
              type="button"
              className={css.metric}
              aria-pressed={one === metric}
              onClick={() => onMetric(one)}
            >
              {share === null
                ? code("metric", one)
                : t("cases.shareOf", { metric: code("metric", one), share: number(share * 100, 0) })}
            </button>
          ))}
        </div>
      )}
      {!leading && series.isPending && <Loading />}
      {!leading && series.isError && <Failure error={series.error} retry={() => void series.refetch()} />}
      {data && <Chart data={data} height={wide ? 340 : 210} />}
      {data && data.points.length > 0 && <p className={ui.soft}>{t("cases.zoomHint")}</p>}
    </>
  );
}
