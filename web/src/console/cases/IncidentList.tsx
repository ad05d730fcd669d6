import type { Incident } from "../../shared/api/cases";
import { code, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Empty, Failure, Loading } from "../../shared/ui/parts";
import fleet from "../fleet/fleet.module.css";
import lists from "../lists.module.css";
import { select, useRoute } from "../route";
import { VirtualTable } from "../VirtualTable";
import { More } from "./More";
import { useIncidents } from "./useCases";

/** The site, or the model by its name. */
export function scopeName({ scope, scope_name }: Incident): string {
  return scope === "model" ? code("model", scope_name) : scope_name;
}

/** Many devices of a site or a model at once, the newest first. */
export function IncidentList() {
  const { selection } = useRoute();
  const query = useIncidents();
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={lists.page}>
      {query.hasNextPage && (
        <header className={lists.bar}>
          <More query={query} />
        </header>
      )}
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <Empty>{t("incident.empty")}</Empty>}
      {rows.length > 0 && (
        <VirtualTable
          label={t("view.incidents")}
          columns={[
            { name: t("incident.scope"), width: "minmax(150px, 1.6fr)" },
            { name: t("incident.devices"), width: "96px" },
            { name: t("incident.began"), width: "104px" },
            { name: t("incident.last"), width: "104px" },
            { name: t("incident.ended"), width: "104px" },
            { name: t("incident.ticket"), width: "minmax(150px, 1.2fr)" },
          ]}
          rows={rows}
          keyOf={(one) => one.id}
          selected={selection?.id ?? null}
          cells={(one) => [
            <button
              key="name"
              type="button"
              className={fleet.asLink}
              onClick={() => select("incidents", one.id)}
            >
              {`${t(`incident.${one.scope}`)} ${scopeName(one)}`}
            </button>,
            t("incident.share", { n: one.device_count, of: one.fleet_count }),
            moment(one.began_at),
            moment(one.last_case_at),
            one.ended_at ? moment(one.ended_at) : t("incident.underWay"),
            `${one.ticket_number} · ${code("ticket_state", one.ticket_state)}`,
          ]}
        />
      )}
    </div>
  );
}
