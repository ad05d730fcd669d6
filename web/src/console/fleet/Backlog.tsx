import { useState } from "react";
import type { WaitingCase } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Empty, Failure, Loading, problemText, ui } from "../../shared/ui/parts";
import { DismissDialog } from "../cases/DismissDialog";
import lists from "../lists.module.css";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";
import { VirtualTable } from "../VirtualTable";
import css from "./fleet.module.css";
import { useBacklog, useRelease } from "./useBacklog";

function reason({ reason: why, detail }: WaitingCase): string {
  return `${code("waiting_reason", why)} (${detail.used}/${detail.limit})`;
}

/** Cases beyond the alert budget, the most urgent first; one can be let go at once. */
export function Backlog() {
  const mayRelease = useRights().release;
  const query = useBacklog();
  const release = useRelease();
  const [callingOff, setCallingOff] = useState<WaitingCase | null>(null);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const columns = [
    { name: t("case.severity"), width: "84px" },
    { name: t("backlog.asset"), width: "minmax(120px, 1.5fr)" },
    { name: t("backlog.criticality"), width: "76px" },
    { name: t("case.group"), width: "minmax(90px, 1fr)" },
    { name: t("backlog.since"), width: "92px" },
    { name: t("backlog.reason"), width: "minmax(150px, 2fr)" },
    ...(mayRelease
      ? [
          { name: t("backlog.action"), width: "104px" },
          { name: t("cases.dismiss"), width: "64px" },
        ]
      : []),
  ];
  const name = (one: WaitingCase) => one.asset_name ?? code("model", one.model);
  const fullName = (one: WaitingCase) => `${name(one)}, ${code("failure_group", one.failure_group)}`;
  return (
    <div className={lists.page}>
      <header className={lists.bar}>
        <p className={ui.soft}>{t("backlog.lead")}</p>
        {release.isError && (
          <p className={ui.error} role="alert">
            {problemText(release.error)}
          </p>
        )}
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
      {query.isSuccess && rows.length === 0 && <Empty>{t("backlog.empty")}</Empty>}
      {rows.length > 0 && (
        <VirtualTable
          label={t("view.backlog")}
          columns={columns}
          rows={rows}
          keyOf={(one) => one.case_id}
          selected={null}
          cells={(one) => [
            code("severity", one.severity),
            <button
              key="asset"
              type="button"
              className={panel.link}
              onClick={() => select("devices", one.device_id)}
            >
              {name(one)}
            </button>,
            one.criticality ?? t("app.none"),
            <button
              key="case"
              type="button"
              className={panel.link}
              aria-label={t("cases.open", { name: fullName(one) })}
              onClick={() => select("cases", one.case_id)}
            >
              {code("failure_group", one.failure_group)}
            </button>,
            moment(one.waiting_since),
            reason(one),
            ...(mayRelease
              ? [
                  <button
                    key="release"
                    type="button"
                    className={css.asLink}
                    disabled={release.isPending}
                    aria-label={t("backlog.releaseOf", { name: fullName(one) })}
                    onClick={() => release.mutate(one)}
                  >
                    {t("backlog.release")}
                  </button>,
                  <button
                    key="dismiss"
                    type="button"
                    className={css.asLink}
                    aria-label={t("cases.dismissOf", { name: fullName(one) })}
                    onClick={() => setCallingOff(one)}
                  >
                    {t("cases.dismiss")}
                  </button>,
                ]
              : []),
          ]}
        />
      )}
      {callingOff && (
        <DismissDialog
          id={callingOff.case_id}
          name={fullName(callingOff)}
          onClose={() => setCallingOff(null)}
        />
      )}
    </div>
  );
}
