import { code, t } from "../../shared/i18n";
import { Empty, Failure, Loading, ui } from "../../shared/ui/parts";
import { More } from "../cases/More";
import fleet from "../fleet/fleet.module.css";
import lists from "../lists.module.css";
import { useRights } from "../rights";
import { select, useRoute } from "../route";
import { VirtualTable } from "../VirtualTable";
import { usePlaybooks } from "./usePlaybooks";

/** The address of a playbook that is still to be written. */
export const NEW = "new";

/** What is tried from afar before somebody is sent. */
export function PlaybookList() {
  const { selection } = useRoute();
  const write = useRights().policy;
  const query = usePlaybooks();
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={lists.page}>
      <header className={lists.bar}>
        <p className={ui.soft}>{t("playbook.lead")}</p>
        {write && (
          <button type="button" className={ui.button} onClick={() => select("playbooks", NEW)}>
            {t("playbook.new")}
          </button>
        )}
        <More query={query} />
      </header>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <Empty>{t("playbook.empty")}</Empty>}
      {rows.length > 0 && (
        <VirtualTable
          label={t("playbook.list")}
          columns={[
            { name: t("playbook.name"), width: "minmax(140px, 1.5fr)" },
            { name: t("device.model"), width: "96px" },
            { name: t("case.group"), width: "minmax(100px, 1fr)" },
            { name: t("playbook.condition"), width: "minmax(170px, 1.8fr)" },
            { name: t("playbook.commandPart"), width: "minmax(100px, 1fr)" },
            { name: t("playbook.state"), width: "92px" },
          ]}
          rows={rows}
          keyOf={(one) => one.id}
          selected={selection?.id ?? null}
          cells={(one) => [
            <button
              key="name"
              type="button"
              className={fleet.asLink}
              onClick={() => select("playbooks", one.id)}
            >
              {one.name}
            </button>,
            code("model", one.model),
            code("failure_group", one.failure_group),
            t("playbook.conditionText", {
              severity: code("severity", one.severity_at_most),
              grade: one.most_critical,
            }),
            <span key="command" className={ui.mono}>
              {one.command}
            </span>,
            t(one.active ? "playbook.active" : "playbook.inactive"),
          ]}
        />
      )}
    </div>
  );
}
