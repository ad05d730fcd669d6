import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { get, withQuery } from "../../shared/api/client";
import { devicePath } from "../../shared/api/fleet";
import type { Device, Series } from "../../shared/api/types";
import { code, t, useLang } from "../../shared/i18n";
import { span } from "../../shared/time";
import { Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { withGaps } from "../charts/align";
import { Chart } from "../charts/Chart";
import { linesOf, useLimitsOf } from "../limits/useLimits";
import css from "../panel.module.css";
import { useRights } from "../rights";

const RANGES = [6, 24, 7 * 24, 30 * 24, 90 * 24, 365 * 24] as const;
const FORMATS = ["csv", "parquet"] as const;

/** The shown span as a file, of the rows that the chart was made of. */
function Downloads({ device, series }: { device: Device; series: Series }) {
  const query = {
    device_id: device.id,
    metric: series.metric,
    from: series.from,
    to: series.to,
    resolution: series.resolution,
  };
  return (
    <p className={css.downloads}>
      <span className={ui.soft}>{t("device.download")}</span>
      {FORMATS.map((format) => (
        <a
          key={format}
          href={withQuery("/api/v1/telemetry/export", { ...query, format })}
          download
          aria-label={t("device.downloadOf", { format: format.toUpperCase() })}
        >
          {format === "csv" ? "CSV" : "Parquet"}
        </a>
      ))}
    </p>
  );
}

/** One metric over a span: what was measured, what was expected, where limits are. */
export function History({
  device,
  metric,
  onMetric,
}: {
  device: Device;
  metric: string;
  onMetric: (metric: string) => void;
}) {
  const lang = useLang();
  const mayDownload = useRights().download;
  const [hours, setHours] = useState<number>(24);
  const limits = useLimitsOf(device).data;
  const series = useQuery({
    queryKey: ["device", device.id, "series", metric, hours],
    queryFn: ({ signal }) => {
      const to = Date.now();
      const from = new Date(to - hours * 3_600_000).toISOString();
      const query = { metric, from, to: new Date(to).toISOString(), max_points: 600 };
      return get<Series>(devicePath(device.id, "/series"), query, signal);
    },
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  const found = series.data;
  const data = useMemo(
    () => ({
      name: lang ? code("metric", found?.metric ?? metric) : "",
      points: withGaps(found?.points ?? [], found?.step_seconds ?? null),
      envelope: found?.envelope ?? undefined,
      band: found?.band ?? [],
      limits: linesOf(limits ?? [], found?.metric ?? metric),
      alarms: [],
    }),
    [found, limits, metric, lang],
  );
  return (
    <Section
      title={t("device.series")}
      aside={
        found?.step_seconds ? (
          <span className={css.by}>{t("chart.step", { time: span(found.step_seconds) })}</span>
        ) : undefined
      }
    >
      <div className={css.controls}>
        <select
          className={ui.input}
          aria-label={t("device.metric")}
          value={metric}
          onChange={(event) => onMetric(event.target.value)}
        >
          {Object.keys(device.last_values).map((name) => (
            <option key={name} value={name}>
              {code("metric", name)}
            </option>
          ))}
        </select>
        <select
          className={ui.input}
          aria-label={t("device.range")}
          value={hours}
          onChange={(event) => setHours(Number(event.target.value))}
        >
          {RANGES.map((one) => (
            <option key={one} value={one}>
              {one <= 48 ? t("device.range.hours", { n: one }) : t("device.range.days", { n: one / 24 })}
            </option>
          ))}
        </select>
      </div>
      {series.isPending && <Loading />}
      {series.isError && <Failure error={series.error} retry={() => void series.refetch()} />}
      {found && <Chart data={data} />}
      {found && found.points.length > 0 && mayDownload && <Downloads device={device} series={found} />}
    </Section>
  );
}
