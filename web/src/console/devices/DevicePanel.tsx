import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { get } from "../../shared/api/client";
import { devicePath } from "../../shared/api/fleet";
import type { Device } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { useNow } from "../../shared/time";
import { Failure, Loading, StateLabel, ui } from "../../shared/ui/parts";
import { PanelTabs } from "../kit/PanelTabs";
import { Panel } from "../Panel";
import css from "../panel.module.css";
import { useRights } from "../rights";
import { standing, useMute } from "./Muting";
import { Overview } from "./Overview";

const Rare = lazy(() => import("./Rare"));

/** The parts of a device's page, each with its address. */
export const DEVICE_PARTS = ["overview", "commands", "settings", "access", "limits"] as const;
export type DevicePart = (typeof DEVICE_PARTS)[number];

function MutedChip({ id }: { id: string }) {
  const mute = useMute(id).data;
  const now = useNow(10);
  if (!mute || standing(mute, now) !== "now") return null;
  return <span className={ui.chip}>{t("device.muted")}</span>;
}

/** One device: how it is, what it is told, how it gets in; each part has its address. */
export function DevicePanel({ id, part: wanted }: { id: string; part?: string }) {
  const rights = useRights();
  const query = useQuery({
    queryKey: ["device", id],
    queryFn: ({ signal }) => get<Device>(devicePath(id), {}, signal),
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
  const parts = DEVICE_PARTS.filter((one) => one !== "access" || rights.access);
  const part = parts.find((one) => one === wanted) ?? "overview";
  return (
    <Panel
      title={device.name}
      lead={
        <div className={css.lead}>
          {device.revoked_at ? (
            <span className={`${ui.chip} ${ui.chipBad}`}>{t("fleet.revoked")}</span>
          ) : (
            <StateLabel kind="device" state={device.health} />
          )}
          <MutedChip id={id} />
        </div>
      }
      tabs={
        <PanelTabs
          kind="devices"
          id={id}
          label={t("device.parts")}
          part={part}
          parts={parts}
          nameOf={(one) => t(`device.part.${one}`)}
        />
      }
    >
      <div id="panel-part" role="tabpanel" aria-labelledby={`part-${part}`}>
        {part === "overview" ? (
          <Overview device={device} />
        ) : (
          <Suspense fallback={<Loading />}>
            <Rare part={part} device={device} />
          </Suspense>
        )}
      </div>
    </Panel>
  );
}
