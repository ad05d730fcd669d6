import type { CaseLine } from "../../shared/api/cases";
import { code, label, t } from "../../shared/i18n";
import { codes } from "../../shared/i18n/codes";
import { moment } from "../../shared/time";
import { Empty, Failure, Loading, ui } from "../../shared/ui/parts";
import fleet from "../fleet/fleet.module.css";
import { useFleet } from "../fleet/useFleet";
import lists from "../lists.module.css";
import { type Filter, go, select, useRoute } from "../route";
import { VirtualTable } from "../VirtualTable";
import { Choice } from "./Choice";
import { More } from "./More";
import { useCases } from "./useCases";

const STATES = ["open", "verifying", "recovered", "closed"];
const FINDINGS = ["confirmed", "no_fault_found", "other"];
const SPANS = ["7", "30", "90", "365"];

function Filters({ filter }: { filter: Filter }) {
  const models = useFleet().data?.models.map((one) => one.model) ?? [];
  const set = (change: Filter) => go({ filter: { ...filter, ...change } });
  return (
    <>
      <Choice
        label={t("cases.state")}
        none={t("cases.anyState")}
        value={filter.state}
        options={STATES.map((one) => [one, label("case.state", one)])}
        onChange={(state) => set({ state })}
      />
      <Choice
        label={t("device.model")}
        none={t("fleet.anyModel")}
        value={filter.model}
        options={models.map((one) => [one, code("model", one)])}
        onChange={(model) => set({ model })}
      />
      <Choice
        label={t("case.group")}
        none={t("cases.anyGroup")}
        value={filter.group}
        options={Object.keys(codes.failure_group ?? {}).map((one) => [one, code("failure_group", one)])}
        onChange={(group) => set({ group })}
      />
      <Choice
        label={t("cases.finding")}
        none={t("cases.anyFinding")}
        value={filter.finding}
        options={[
          ...FINDINGS.map((one): [string, string] => [one, code("outcome", one)]),
          ["none", t("cases.noFinding")],
        ]}
        onChange={(finding) => set({ finding })}
      />
      <Choice
        label={t("cases.days")}
        none={t("cases.anyTime")}
        value={filter.days}
        options={SPANS.map((one) => [one, t("cases.lastDays", { n: one })])}
        onChange={(days) => set({ days })}
      />
      {filter.device && (
        <button type="button" className={ui.button} onClick={() => set({ device: "" })}>
          {t("cases.allDevices")}
        </button>
      )}
    </>
  );
}

/** What a case is called in a list. */
export function nameOf({
  device_name,
  failure_group,
}: Pick<CaseLine, "device_name" | "failure_group">): string {
  return t("cases.title", { device: device_name, group: code("failure_group", failure_group) });
}

/** All cases, the newest first, narrowed by the server. */
export function CaseList() {
  const { selection, filter = {} } = useRoute();
  const query = useCases(filter);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={lists.page}>
      <header className={lists.bar}>
        <Filters filter={filter} />
        <More query={query} />
      </header>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <Empty>{t("cases.empty")}</Empty>}
      {rows.length > 0 && (
        <VirtualTable
          label={t("view.cases")}
          columns={[
            { name: t("case.opened"), width: "104px" },
            { name: t("letters.device"), width: "minmax(120px, 1.3fr)" },
            { name: t("device.model"), width: "84px" },
            { name: t("case.group"), width: "minmax(100px, 1fr)" },
            { name: t("case.severity"), width: "72px" },
            { name: t("cases.state"), width: "84px" },
            { name: t("case.window"), width: "104px" },
            { name: t("cases.finding"), width: "minmax(90px, 1fr)" },
          ]}
          rows={rows}
          keyOf={(one) => one.id}
          selected={selection?.id ?? null}
          cells={(one) => [
            moment(one.opened_at),
            <button
              key="device"
              type="button"
              className={fleet.asLink}
              aria-label={t("cases.open", { name: nameOf(one) })}
              onClick={() => select("cases", one.id)}
            >
              {one.device_name}
            </button>,
            code("model", one.model),
            code("failure_group", one.failure_group),
            code("severity", one.severity),
            label("case.state", one.state),
            one.failure_window ? moment(one.failure_window.p50) : t("app.none"),
            one.finding ? code("outcome", one.finding) : t("app.none"),
          ]}
        />
      )}
    </div>
  );
}
