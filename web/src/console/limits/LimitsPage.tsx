import { useState } from "react";
import type { Limit } from "../../shared/api/fleet";
import { code, t } from "../../shared/i18n";
import { span } from "../../shared/time";
import { Empty, Failure, Loading, Refusal, ui } from "../../shared/ui/parts";
import { ConfirmDialog } from "../ConfirmDialog";
import lists from "../lists.module.css";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";
import { VirtualTable } from "../VirtualTable";
import { LimitDialog } from "./LimitDialog";
import css from "./limits.module.css";
import {
  limitName,
  targetName,
  termsOf,
  useChangeLimit,
  useDeleteLimit,
  useLimits,
  valueText,
} from "./useLimits";

const ALL = { model: "", metric: "", enabled: "" };

function Target({ limit }: { limit: Limit }) {
  const { device_id: id } = limit;
  if (id === null) return targetName(limit);
  return (
    <button type="button" className={panel.link} onClick={() => select("devices", id, "limits")}>
      {targetName(limit)}
    </button>
  );
}

/** Limits that people have set, for devices and models. */
export default function LimitsPage({ models }: { models: readonly string[] }) {
  const maySet = useRights().limits;
  const [filter, setFilter] = useState(ALL);
  const [editing, setEditing] = useState<Limit | "new" | null>(null);
  const [dropping, setDropping] = useState<Limit | null>(null);
  const query = useLimits(filter);
  const change = useChangeLimit();
  const drop = useDeleteLimit(() => setDropping(null));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const toggle = (limit: Limit) =>
    change.mutate({ limit, terms: { ...termsOf(limit), enabled: !limit.enabled } });
  const columns = [
    { name: t("claims.state"), width: "52px" },
    { name: t("limits.target"), width: "minmax(110px, 1fr)" },
    { name: t("limits.metric"), width: "minmax(120px, 1.2fr)" },
    { name: t("limits.value"), width: "minmax(120px, 1fr)" },
    { name: t("limits.forClear"), width: "104px" },
    { name: t("limits.severity"), width: "60px" },
    { name: t("limits.group"), width: "88px" },
    ...(maySet ? [{ name: t("limits.action"), width: "144px" }] : []),
  ];
  return (
    <div className={lists.page}>
      <header className={lists.bar}>
        <select
          className={ui.input}
          aria-label={t("device.model")}
          value={filter.model}
          onChange={(event) => setFilter({ ...filter, model: event.target.value })}
        >
          <option value="">{t("fleet.anyModel")}</option>
          {models.map((one) => (
            <option key={one} value={one}>
              {code("model", one)}
            </option>
          ))}
        </select>
        <select
          className={ui.input}
          aria-label={t("limits.enabled")}
          value={filter.enabled}
          onChange={(event) => setFilter({ ...filter, enabled: event.target.value })}
        >
          <option value="">{t("limits.anySwitch")}</option>
          <option value="true">{t("limits.on")}</option>
          <option value="false">{t("limits.off")}</option>
        </select>
        <p className={ui.soft}>{t("limits.lead")}</p>
        <Refusal error={change.error} />
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
        {maySet && (
          <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setEditing("new")}>
            {t("limits.create")}
          </button>
        )}
      </header>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <Empty>{t("limits.none")}</Empty>}
      {rows.length > 0 && (
        <VirtualTable
          label={t("view.limits")}
          columns={columns}
          rows={rows}
          keyOf={(one) => one.id}
          selected={null}
          cells={(one) => [
            <span key="on" className={`${ui.chip} ${one.enabled ? ui.chipGood : ""}`}>
              {one.enabled ? t("limits.on") : t("limits.off")}
            </span>,
            <Target key="target" limit={one} />,
            code("metric", one.metric),
            `${t(`limits.kind.${one.kind}`)} ${valueText(one)}`,
            `${span(one.for_seconds)} / ${span(one.clear_seconds)}`,
            code("severity", one.severity),
            code("failure_group", one.failure_group),
            ...(maySet
              ? [
                  <span key="actions" className={css.actions}>
                    <button
                      type="button"
                      className={panel.link}
                      aria-label={t("limits.editOf", { name: limitName(one) })}
                      onClick={() => setEditing(one)}
                    >
                      {t("limits.edit.short")}
                    </button>
                    <button
                      type="button"
                      className={panel.link}
                      aria-label={t(one.enabled ? "limits.switchOff" : "limits.switchOn", {
                        name: limitName(one),
                      })}
                      disabled={change.isPending}
                      onClick={() => toggle(one)}
                    >
                      {one.enabled ? t("limits.off") : t("limits.on")}
                    </button>
                    <button
                      type="button"
                      className={panel.link}
                      aria-label={t("limits.deleteOf", { name: limitName(one) })}
                      onClick={() => setDropping(one)}
                    >
                      {t("limits.delete")}
                    </button>
                  </span>,
                ]
              : []),
          ]}
        />
      )}
      {editing && (
        <LimitDialog
          limit={editing === "new" ? null : editing}
          models={models}
          onClose={() => setEditing(null)}
        />
      )}
      {dropping && (
        <ConfirmDialog
          title={limitName(dropping)}
          text={t("limits.deleteAsk")}
          action={t("limits.delete")}
          danger
          busy={drop.isPending}
          error={drop.error}
          onConfirm={() => drop.mutate(dropping)}
          onClose={() => setDropping(null)}
        />
      )}
    </div>
  );
}
