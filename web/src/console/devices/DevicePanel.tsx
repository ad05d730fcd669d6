import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { get } from "../../shared/api/client";
import { devicePath } from "../../shared/api/fleet";
import type { Device } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { useNow } from "../../shared/time";
import { Failure, Loading, StateLabel, ui } from "../../shared/ui/parts";
import { Panel } from "../Panel";
import css from "../panel.module.css";
import { useRights } from "../rights";
import { DEVICE_PARTS, type DevicePart, select } from "../route";
import own from "./device.module.css";
import { standing, useMute } from "./Muting";
import { Overview } from "./Overview";

const Rare = lazy(() => import("./Rare"));

function Parts({ device, part, parts }: { device: Device; part: DevicePart; parts: readonly DevicePart[] }) {
  const step = (by: number) => {
    const next = parts[(parts.indexOf(part) + by + parts.length) % parts.length];
    if (!next) return;
    select("devices", device.id, next);
    document.getElementById(`part-${next}`)?.focus();
  };
  return (
    <div className={own.parts} role="tablist" aria-label={t("device.parts")}>
      {parts.map((one) => (
        <button
          key={one}
          id={`part-${one}`}
          type="button"
          role="tab"
          aria-selected={one === part}
          aria-controls="device-part"
          tabIndex={one === part ? 0 : -1}
          onClick={() => select("devices", device.id, one)}
          onKeyDown={(event) => {
            if (event.key === "ArrowRight") step(1);
            if (event.key === "ArrowLeft") step(-1);
          }}
        >
          {t(`device.part.${one}`)}
        </button>
      ))}
    </div>
  );
}

function MutedChip({ id }: { id: string }) {
  const mute = useMute(id).data;
  const now = useNow(10);
  if (!mute || standing(mute, now) !== "now") return null;
  return <span className={ui.chip}>{t("device.muted")}</span>;
}

/** One device: how it is, what it is told, how it gets in; each part has its address. */
export function DevicePanel({
  id,
  part: wanted = "overview",
}: {
  id: string;
  part?: DevicePart | undefined;
}) {
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
  const part = parts.includes(wanted) ? wanted : "overview";
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
      tabs={<Parts device={device} part={part} parts={parts} />}
    >
      <div id="device-part" role="tabpanel" aria-labelledby={`part-${part}`}>
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
