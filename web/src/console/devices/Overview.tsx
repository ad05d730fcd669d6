import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "../../shared/api/client";
import type { CaseItem, Device, Page } from "../../shared/api/types";
import { code, label, t } from "../../shared/i18n";
import { ago, moment, number, span, useNow } from "../../shared/time";
import { Facts, Failure, Loading, Section, ui } from "../../shared/ui/parts";
import css from "../panel.module.css";
import { go, select } from "../route";
import { History } from "./History";
import { Muting } from "./Muting";

function OpenCases({ deviceId }: { deviceId: string }) {
  const cases = useQuery({
    queryKey: ["cases", deviceId],
    queryFn: ({ signal }) =>
      get<Page<CaseItem>>("/api/v1/cases", { device_id: deviceId, limit: 200 }, signal),
  });
  const mine = cases.data?.items.filter((one) => one.device_id === deviceId && one.state !== "closed") ?? [];
  return (
    <Section
      title={t("device.cases")}
      aside={
        <button
          type="button"
          className={css.link}
          onClick={() => go({ view: "cases", wide: false, filter: { device: deviceId } })}
        >
          {t("cases.ofDevice")}
        </button>
      }
    >
      {cases.isPending && <Loading />}
      {cases.isError && <Failure error={cases.error} retry={() => void cases.refetch()} />}
      {cases.isSuccess && mine.length === 0 && <p className={ui.soft}>{t("case.none")}</p>}
      <ul className={css.list}>
        {mine.map((one) => (
          <li key={one.id}>
            <span>
              <button type="button" className={css.link} onClick={() => select("cases", one.id)}>
                {code("failure_group", one.failure_group)}
              </button>{" "}
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

/** How a device is, what it last said, how that came about. */
export function Overview({ device }: { device: Device }) {
  const [picked, setPicked] = useState<string | null>(null);
  const values = Object.entries(device.last_values);
  const metric = picked ?? values[0]?.[0] ?? null;
  return (
    <>
      <Section title={t("device.health")}>
        <Facts
          rows={[
            [t("device.model"), code("model", device.model)],
            [t("device.asset"), device.asset_name],
            [t("device.site"), device.site_name],
            [t("device.lastSeen"), <LastSeen key="seen" at={device.last_seen_at} />],
            [t("device.interval"), span(device.sampling_seconds)],
            [
              t("device.firmware"),
              device.firmware && (
                <button
                  key="firmware"
                  type="button"
                  className={css.link}
                  onClick={() => go({ view: "firmware" })}
                >
                  {device.firmware}
                </button>
              ),
            ],
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
      <Muting device={device} />
    </>
  );
}
