import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "../../shared/api/client";
import { devicePath } from "../../shared/api/fleet";
import type { Device } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { number } from "../../shared/time";
import { Failure, Loading, Section, StateLabel, ui } from "../../shared/ui/parts";
import { History } from "../devices/History";
import panel from "../panel.module.css";
import { select } from "../route";
import type { AssetDetail } from "./api";

function Reporting({ deviceId }: { deviceId: string }) {
  const [picked, setPicked] = useState<string | null>(null);
  const query = useQuery({
    queryKey: ["device", deviceId],
    queryFn: ({ signal }) => get<Device>(devicePath(deviceId), {}, signal),
    refetchInterval: 15_000,
  });
  const device = query.data;
  if (!device) {
    return query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />;
  }
  const values = Object.entries(device.last_values);
  const metric = picked ?? values[0]?.[0] ?? null;
  return (
    <>
      <Section
        title={device.name}
        aside={
          <button type="button" className={panel.link} onClick={() => select("devices", device.id)}>
            {t("asset.openDevice")}
          </button>
        }
      >
        <p>
          <StateLabel kind="device" state={device.health} />
        </p>
        {values.length === 0 && <p className={ui.soft}>{t("device.noValues")}</p>}
        <div className={panel.values}>
          {values.map(([name, value]) => (
            <button key={name} type="button" aria-pressed={name === metric} onClick={() => setPicked(name)}>
              <span>{code("metric", name)}</span>
              <strong>{typeof value === "number" ? number(value) : String(value)}</strong>
            </button>
          ))}
        </div>
      </Section>
      {metric && <History device={device} metric={metric} onMetric={setPicked} />}
    </>
  );
}

/** What the device of an asset reports. */
export function Telemetry({ asset }: { asset: AssetDetail }) {
  if (asset.device_id) return <Reporting deviceId={asset.device_id} />;
  return (
    <Section title={t("asset.part.telemetry")}>
      <p className={ui.soft}>{t("asset.noDevice")}</p>
    </Section>
  );
}
