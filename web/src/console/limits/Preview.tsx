import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import { get } from "../../shared/api/client";
import { devicePath, type LimitKind } from "../../shared/api/fleet";
import type { Series } from "../../shared/api/types";
import { code, t, useLang } from "../../shared/i18n";
import { number } from "../../shared/time";
import { ui } from "../../shared/ui/parts";
import { withGaps } from "../charts/align";
import { Chart } from "../charts/Chart";
import css from "./limits.module.css";
import { isRate } from "./useLimits";

const DAYS = 7;

/** The lowest and the highest value of a series, spikes within a step included; null without any. */
export function reached(series: Pick<Series, "points" | "envelope">): [low: number, high: number] | null {
  const values = series.envelope?.length
    ? series.envelope.flatMap(([, low, high]) => [low, high])
    : series.points.flatMap(([, value]) => (value === null ? [] : [value]));
  return values.length === 0
    ? null
    : [
        values.reduce((one, other) => Math.min(one, other)),
        values.reduce((one, other) => Math.max(one, other)),
      ];
}

interface Props {
  deviceId: string | null;
  name: string;
  metric: string;
  kind: LimitKind;
  value: number;
}

/** The last days of the metric with the limit as a line: how often it would have been broken is plain to see. */
export function Preview({ deviceId, name, metric: typed, kind, value: wanted }: Props) {
  const lang = useLang();
  const metric = useDeferredValue(typed);
  const value = useDeferredValue(wanted);
  const ready = deviceId !== null && metric !== "";
  const series = useQuery({
    queryKey: ["device", deviceId, "series", metric, "preview"],
    queryFn: ({ signal }) => {
      const to = Date.now();
      const from = new Date(to - DAYS * 86_400_000).toISOString();
      const query = { metric, from, to: new Date(to).toISOString(), max_points: 300 };
      return get<Series>(devicePath(deviceId ?? "", "/series"), query, signal);
    },
    enabled: ready,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const found = ready ? series.data : undefined;
  const line = Number.isFinite(value) && !isRate(kind) ? value : null;
  const data = useMemo(
    () => ({
      name: lang ? code("metric", metric) : "",
      points: withGaps(found?.points ?? [], found?.step_seconds ?? null),
      envelope: found?.envelope ?? undefined,
      band: [],
      alarms: [],
      limits: line === null ? [] : [line],
    }),
    [found, line, metric, lang],
  );
  const span = found && reached(found);
  return (
    <div className={css.preview}>
      <p className={ui.soft}>
        {ready ? t("limits.previewOf", { name }) : t("limits.noPreview")}
        {span && ` · ${t("limits.reach", { low: number(span[0]), high: number(span[1]) })}`}
        {ready && isRate(kind) && ` · ${t("limits.noLine")}`}
      </p>
      {found && <Chart data={data} height={150} />}
    </div>
  );
}
