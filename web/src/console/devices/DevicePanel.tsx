import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { get } from "../../shared/api/client";
import type { CaseItem, Device, Page, Series } from "../../shared/api/types";
import { code, label, t, useLang } from "../../shared/i18n";
import { ago, moment, number, useNow } from "../../shared/time";
import { Facts, Failure, Loading, Section, StateLabel, ui } from "../../shared/ui/parts";
import { Chart } from "../charts/Chart";
import { Panel } from "../Panel";
import css from "../panel.module.css";

const RANGES = [6, 24, 7 * 24, 30 * 24] as const;

function History({
  device,
  metric,
  onMetric,
}: {
  device: Device;
  metric: string;
  onMetric: (metric: string) => void;
}) {
  const lang = useLang();
  const [hours, setHours] = useState<number>(24);
  const series = useQuery({
    queryKey: ["device", device.id, "series", metric, hours],
    queryFn: ({ signal }) => {
      const to = Date.now();
      const from = new Date(to - hours * 3_600_000).toISOString();
      const query = { metric, from, to: new Date(to).toISOString(), max_points: 600 };
      return get<Series>(`/api/v1/devices/${encodeURIComponent(device.id)}/series`, query, signal);
    },
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  const data = useMemo(
    () => ({
      name: lang ? code("metric", series.data?.metric ?? metric) : "",
      points: series.data?.points ?? [],
      band: series.data?.band ?? [],
      alarms: [],
    }),
    [series.data, metric, lang],
  );
  return (
    <Section title={t("device.series")}>
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
      {series.data && <Chart data={data} />}
    </Section>
  );
}

function OpenCases({ deviceId }: { deviceId: string }) {
  const cases = useQuery({
    queryKey: ["cases", deviceId],
    queryFn: ({ signal }) =>
      get<Page<CaseItem>>("/api/v1/cases", { device_id: deviceId, limit: 200 }, signal),
  });
  const mine = cases.data?.items.filter((one) => one.device_id === deviceId && one.state !== "closed") ?? [];
  return (
    <Section title={t("device.cases")}>
      {cases.isPending && <Loading />}
      {cases.isError && <Failure error={cases.error} retry={() => void cases.refetch()} />}
      {cases.isSuccess && mine.length === 0 && <p className={ui.soft}>{t("case.none")}</p>}
      <ul className={css.list}>
        {mine.map((one) => (
          <li key={one.id}>
            <span>
              {code("failure_group", one.failure_group)}{" "}
              <span className={ui.soft}>
                {t("case.opened")} {moment(one.opened_at)}
              </span>
            </span>
            <span className={ui.chip}>{label("case.state", one.state)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function LastSeen({ at }: { at: string | null }) {
  const now = useNow(5);
  if (!at) return t("device.never");
  return `${moment(at)} (${ago(at, now)})`;
}

/** One device: how it is, what it last said, how that came about. */
export function DevicePanel({ id }: { id: string }) {
  const [picked, setPicked] = useState<string | null>(null);
  const query = useQuery({
    queryKey: ["device", id],
    queryFn: ({ signal }) => get<Device>(`/api/v1/devices/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: 15_000,
  });
  const device = query.data;
  if (!device) {
    return (
      <Panel title={t("device.title", { name: "" })}>
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Panel>
    );
  }
  const values = Object.entries(device.last_values);
  const metric = picked ?? values[0]?.[0] ?? null;
  return (
    <Panel
      title={device.name}
      lead={
        <div className={css.lead}>
          <StateLabel kind="device" state={device.health} />
        </div>
      }
    >
      <Section title={t("device.health")}>
        <Facts
          rows={[
            [t("device.model"), code("model", device.model)],
            [t("device.asset"), device.asset_name],
            [t("device.site"), device.site_name],
            [t("device.lastSeen"), <LastSeen key="seen" at={device.last_seen_at} />],
          ]}
        />
      </Section>
      <Section title={t("device.values")}>
        {values.length === 0 && <p className={ui.soft}>{t("device.noValues")}</p>}
        <div className={css.values}>
          {values.map(([name, value]) => (
            <button key={name} type="button" aria-pressed={name === metric} onClick={() => setPicked(name)}>
              <span>{code("metric", name)}</span>
              <strong>{typeof value === "number" ? number(value) : String(value)}</strong>
            </button>
          ))}
        </div>
      </Section>
      {metric && <History device={device} metric={metric} onMetric={setPicked} />}
      <OpenCases deviceId={device.id} />
    </Panel>
  );
}
