import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useState } from "react";
import { get } from "../../shared/api/client";
import type { Device, FleetState, Page } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { useWorld } from "../../shared/live/store";
import { ago, duration, useNow } from "../../shared/time";
import { Empty, Failure, Loading, StateLabel, ui } from "../../shared/ui/parts";
import css from "../lists.module.css";
import panel from "../panel.module.css";
import { select, useRoute } from "../route";
import { VirtualTable } from "../VirtualTable";

const STATES: readonly FleetState[] = ["online", "alarm", "silent", "unknown", "revoked"];
const ORDER = ["alarm", "silent", "unknown", "ok"];

interface Props {
  state: FleetState | null;
  onState: (state: FleetState | null) => void;
  models: readonly string[];
}

/** Devices with their health, the troubled ones first; state, model and name are looked up by the server. */
export function DeviceList({ state, onState, models }: Props) {
  const now = useNow(10);
  const world = useWorld();
  const { selection } = useRoute();
  const [text, setText] = useState("");
  const [model, setModel] = useState("");
  const q = useDeferredValue(text.trim());
  const query = useInfiniteQuery({
    queryKey: ["devices", state, model, q],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Device>>("/api/v1/devices", { limit: 200, cursor: pageParam, state, model, q }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
  const shown = useMemo(() => {
    const all = query.data?.pages.flatMap((page) => page.items) ?? [];
    const fresh = all.map((one) => ({ ...one, health: world?.devices.get(one.id)?.health ?? one.health }));
    return fresh.sort(
      (a, b) => ORDER.indexOf(a.health) - ORDER.indexOf(b.health) || a.name.localeCompare(b.name),
    );
  }, [query.data, world]);
  const narrowed = state !== null || model !== "" || q !== "";

  return (
    <div className={css.page}>
      <header className={css.bar}>
        <input
          type="search"
          className={ui.input}
          aria-label={t("device.search")}
          placeholder={t("device.search")}
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <select
          className={ui.input}
          aria-label={t("fleet.state")}
          value={state ?? ""}
          onChange={(event) => onState((event.target.value || null) as FleetState | null)}
        >
          <option value="">{t("fleet.anyState")}</option>
          {STATES.map((one) => (
            <option key={one} value={one}>
              {t(`fleet.${one}`)}
            </option>
          ))}
        </select>
        <select
          className={ui.input}
          aria-label={t("device.model")}
          value={model}
          onChange={(event) => setModel(event.target.value)}
        >
          <option value="">{t("fleet.anyModel")}</option>
          {models.map((one) => (
            <option key={one} value={one}>
              {code("model", one)}
            </option>
          ))}
        </select>
        {query.hasNextPage && (
          <button
            type="button"
            className={ui.button}
            disabled={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {t("app.more")}
          </button>
        )}
      </header>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && shown.length === 0 && (
        <Empty>{narrowed ? t("fleet.noMatch") : t("device.empty")}</Empty>
      )}
      {shown.length > 0 && (
        <VirtualTable
          label={t("device.list")}
          columns={[
            { name: t("device.health"), width: "92px" },
            { name: t("letters.device"), width: "minmax(140px, 1.2fr)" },
            { name: t("device.model"), width: "84px" },
            { name: t("device.asset"), width: "minmax(90px, 1fr)" },
            { name: t("device.site"), width: "minmax(90px, 1fr)" },
            { name: t("device.lastSeen"), width: "96px" },
            { name: t("fleet.age"), width: "84px" },
            { name: t("fleet.firmware"), width: "72px" },
          ]}
          rows={shown}
          keyOf={(one) => one.id}
          selected={selection?.id ?? null}
          cells={(one) => [
            one.revoked_at ? (
              <span key="health" className={ui.soft}>
                {t("fleet.revoked")}
              </span>
            ) : (
              <StateLabel key="health" kind="device" state={one.health} />
            ),
            <button key="name" type="button" className={panel.link} onClick={() => select("devices", one.id)}>
              {one.name}
            </button>,
            code("model", one.model),
            one.asset_name ?? t("app.none"),
            one.site_name ?? t("app.none"),
            one.last_seen_at ? ago(one.last_seen_at, now) : t("device.never"),
            one.last_sample_at ? duration(Math.max(0, now - Date.parse(one.last_sample_at))) : t("app.none"),
            one.firmware ?? t("app.none"),
          ]}
        />
      )}
    </div>
  );
}
