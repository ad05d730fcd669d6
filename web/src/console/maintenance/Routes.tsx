import { useState } from "react";
import { t } from "../../shared/i18n";
import { duration } from "../../shared/time";
import { Empty, Failure, Loading, Refusal, ui } from "../../shared/ui/parts";
import lists from "../lists.module.css";
import panel from "../panel.module.css";
import { select } from "../route";
import { useWrite } from "../useWrite";
import { type InspectionRoute, ROUTES, removeRoute, startRound, useMayWrite, useRoutes } from "./api";
import css from "./maintenance.module.css";
import { RouteDialog } from "./RouteDialog";

function Row({ route, mayWrite, onEdit }: { route: InspectionRoute; mayWrite: boolean; onEdit: () => void }) {
  const start = useWrite(() => startRound(route.id), []);
  const drop = useWrite(() => removeRoute(route.id), [[ROUTES]]);
  const { name } = route;
  return (
    <li className={css.route}>
      <div>
        <strong>{name}</strong>{" "}
        <span className={ui.soft}>
          {[
            route.site_name,
            t("route.stopCount", { n: route.stops.length }),
            duration(60_000 * route.duration_minutes),
            `${route.skill} ${route.skill_level}`,
          ].join(" · ")}
        </span>
      </div>
      <ol className={css.stops}>
        {route.stops.map((stop) => (
          <li key={stop.seq}>
            {stop.name} <span className={ui.soft}>{stop.checklist_code}</span>
          </li>
        ))}
      </ol>
      {mayWrite && (
        <div className={panel.actions}>
          <button
            type="button"
            className={`${ui.button} ${ui.primary}`}
            aria-label={t("route.startOf", { name })}
            disabled={start.isPending}
            onClick={() => start.mutate(undefined)}
          >
            {t("route.start")}
          </button>
          <button
            type="button"
            className={ui.button}
            aria-label={t("route.editOf", { name })}
            onClick={onEdit}
          >
            {t("route.edit")}
          </button>
          <button
            type="button"
            className={`${ui.button} ${ui.danger}`}
            aria-label={t("route.removeOf", { name })}
            disabled={drop.isPending}
            onClick={() => drop.mutate(undefined)}
          >
            {t("route.remove")}
          </button>
        </div>
      )}
      <Refusal error={start.error ?? drop.error} />
      {start.data && (
        <p role="status">
          {t("route.started", { number: start.data.number })}{" "}
          <button
            type="button"
            className={panel.link}
            onClick={() => select("orders", start.data.work_order_id)}
          >
            {t("route.openOrder")}
          </button>
        </p>
      )}
    </li>
  );
}

/** Rounds over assets and places. */
export function Routes() {
  const query = useRoutes();
  const mayWrite = useMayWrite();
  const [edited, setEdited] = useState<InspectionRoute | "new" | null>(null);
  const rows = query.data?.items ?? [];
  return (
    <div className={lists.page}>
      <header className={lists.bar}>
        <p className={ui.soft}>{t("route.stops")}</p>
        {mayWrite && (
          <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setEdited("new")}>
            {t("route.new")}
          </button>
        )}
      </header>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <Empty>{t("route.empty")}</Empty>}
      <ul className={css.routes}>
        {rows.map((route) => (
          <Row key={route.id} route={route} mayWrite={mayWrite} onEdit={() => setEdited(route)} />
        ))}
      </ul>
      {edited && <RouteDialog known={edited === "new" ? null : edited} onClose={() => setEdited(null)} />}
    </div>
  );
}
