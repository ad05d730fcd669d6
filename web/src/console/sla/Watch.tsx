import { useState } from "react";
import { label, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Due, Empty, Failure, Loading, PriorityBadge, ui } from "../../shared/ui/parts";
import lists from "../lists.module.css";
import panel from "../panel.module.css";
import { select, useRoute } from "../route";
import { VirtualTable } from "../VirtualTable";
import { CLOCKS, useWatched, type Watched } from "./api";

type Which = "at-risk" | "breached";

function why(one: Watched): string {
  return one.forecast
    .map((part) => {
      const text = t("watch.part", { what: label("watch.piece", part.piece), n: part.minutes });
      return part.cases > 0 ? `${text} (${t("watch.cases", { n: part.cases })})` : text;
    })
    .join(" + ");
}

/** Promises that will probably be missed, and those that are late. */
export function Watch() {
  const [which, setWhich] = useState<Which>("at-risk");
  const [filter, setFilter] = useState({ clock: "", priority: "" });
  const { selection } = useRoute();
  const query = useWatched(which, filter);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const risky = which === "at-risk";
  const columns = [
    { name: t("watch.order"), width: "minmax(180px, 2fr)" },
    { name: t("watch.clock"), width: "76px" },
    { name: t("watch.priority"), width: "64px" },
    { name: t("watch.customer"), width: "minmax(100px, 1fr)" },
    { name: t("watch.due"), width: "112px" },
    ...(risky ? [{ name: t("watch.forecast"), width: "104px" }] : []),
    ...(risky ? [{ name: t("watch.why"), width: "minmax(180px, 2fr)" }] : []),
  ];
  return (
    <div className={lists.page}>
      <header className={lists.bar}>
        <p className={ui.soft}>{t("watch.lead")}</p>
        <select
          className={ui.input}
          aria-label={t("view.watch")}
          value={which}
          onChange={(event) => setWhich(event.target.value as Which)}
        >
          <option value="at-risk">{t("watch.atRisk")}</option>
          <option value="breached">{t("watch.breached")}</option>
        </select>
        <select
          className={ui.input}
          aria-label={t("watch.clock")}
          value={filter.clock}
          onChange={(event) => setFilter({ ...filter, clock: event.target.value })}
        >
          <option value="">{t("app.all")}</option>
          {CLOCKS.map((one) => (
            <option key={one} value={one}>
              {t(`sla.clock.${one}`)}
            </option>
          ))}
        </select>
        <select
          className={ui.input}
          aria-label={t("watch.priority")}
          value={filter.priority}
          onChange={(event) => setFilter({ ...filter, priority: event.target.value })}
        >
          <option value="">{t("app.all")}</option>
          {[1, 2, 3, 4].map((one) => (
            <option key={one} value={one}>
              P{one}
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
      {query.isSuccess && rows.length === 0 && (
        <Empty>{t(risky ? "watch.emptyRisk" : "watch.emptyBreached")}</Empty>
      )}
      {rows.length > 0 && (
        <VirtualTable
          label={t(risky ? "watch.atRisk" : "watch.breached")}
          columns={columns}
          rows={rows}
          keyOf={(one) => one.id}
          selected={rows.find((one) => one.work_order_id === selection?.id)?.id ?? null}
          cells={(one) => [
            <button
              key="order"
              type="button"
              className={panel.link}
              title={one.summary}
              onClick={() => select("orders", one.work_order_id)}
            >
              {one.number} {one.summary}
            </button>,
            t(`sla.clock.${one.clock}`),
            <PriorityBadge key="priority" priority={one.priority} />,
            one.customer_name,
            <Due key="due" at={one.due_at} />,
            ...(risky ? [one.forecast_at ? moment(one.forecast_at) : t("app.none")] : []),
            ...(risky
              ? [
                  <span key="why" title={why(one)}>
                    {why(one)}
                  </span>,
                ]
              : []),
          ]}
        />
      )}
    </div>
  );
}
