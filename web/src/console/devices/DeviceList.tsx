import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { get } from "../../shared/api/client";
import type { Device, Page } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { useWorld } from "../../shared/live/store";
import { ago, useNow } from "../../shared/time";
import { Empty, Failure, Loading, StateLabel, ui } from "../../shared/ui/parts";
import css from "../lists.module.css";
import panel from "../panel.module.css";
import { select, useRoute } from "../route";
import { VirtualTable } from "../VirtualTable";

/** All devices with their health, the troubled ones first. */
export function DeviceList() {
  const now = useNow(10);
  const world = useWorld();
  const { selection } = useRoute();
  const [text, setText] = useState("");
  const query = useInfiniteQuery({
    queryKey: ["devices"],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Device>>("/api/v1/devices", { limit: 200, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const all = query.data?.pages.flatMap((page) => page.items) ?? [];
    const fresh = all.map((one) => ({ ...one, health: world?.devices.get(one.id)?.health ?? one.health }));
    const found = fresh.filter((one) =>
      [one.name, one.asset_name, one.site_name, code("model", one.model)].some((word) =>
        word?.toLowerCase().includes(wanted),
      ),
    );
    const order = ["alarm", "silent", "unknown", "ok"];
    return found.sort(
      (a, b) => order.indexOf(a.health) - order.indexOf(b.health) || a.name.localeCompare(b.name),
    );
  }, [query.data, text, world]);

  return (
    <div className={css.page}>
      <header className={css.bar}>
        <h2>{t("device.list")}</h2>
        <input
          type="search"
          className={ui.input}
          aria-label={t("device.search")}
          placeholder={t("device.search")}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
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
      {query.isSuccess && shown.length === 0 && <Empty>{t("device.empty")}</Empty>}
      {shown.length > 0 && (
        <VirtualTable
          label={t("device.list")}
          columns={[
            { name: t("device.health"), width: "120px" },
            { name: t("letters.device"), width: "minmax(140px, 1.2fr)" },
            { name: t("device.model"), width: "110px" },
            { name: t("device.asset"), width: "minmax(100px, 1.2fr)" },
            { name: t("device.site"), width: "minmax(100px, 1fr)" },
            { name: t("device.lastSeen"), width: "120px" },
          ]}
          rows={shown}
          keyOf={(one) => one.id}
          selected={selection?.id ?? null}
          cells={(one) => [
            <StateLabel key="health" kind="device" state={one.health} />,
            <button key="name" type="button" className={panel.link} onClick={() => select("devices", one.id)}>
              {one.name}
            </button>,
            code("model", one.model),
            one.asset_name ?? t("app.none"),
            one.site_name ?? t("app.none"),
            one.last_seen_at ? ago(one.last_seen_at, now) : t("device.never"),
          ]}
        />
      )}
    </div>
  );
}
