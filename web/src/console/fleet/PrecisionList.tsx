import { type ReactNode, useState } from "react";
import type { CaseItem, MissedFailure, SeriesLimit } from "../../shared/api/types";
import { code, label, t } from "../../shared/i18n";
import { moment, number } from "../../shared/time";
import { Empty, Failure, Loading, ui } from "../../shared/ui/parts";
import lists from "../lists.module.css";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";
import { VirtualTable } from "../VirtualTable";
import css from "./fleet.module.css";
import { LowerDialog } from "./LowerDialog";
import { type Behind, useBehind } from "./usePrecision";

interface Listed {
  id: string;
  device_id: string;
  device_name: string;
}

function deviceLink(one: Listed): ReactNode {
  return (
    <button
      key="device"
      type="button"
      className={panel.link}
      onClick={() => select("devices", one.device_id)}
    >
      {one.device_name}
    </button>
  );
}

function orderLink(ref: string): ReactNode {
  const [kind, id] = ref.split(":");
  if (kind !== "work_order" || !id) return ref;
  return (
    <button key="order" type="button" className={panel.link} onClick={() => select("orders", id)}>
      {t("precision.order")}
    </button>
  );
}

/** What the list behind a figure is called. */
export function titleOf({ list, model, group, finding, unlabelled }: Behind): string {
  const what =
    list === "limits"
      ? t("precision.limits")
      : list === "failures"
        ? t("precision.missedList")
        : unlabelled
          ? t("precision.unlabelledList")
          : t("precision.casesFound", { finding: code("outcome", finding ?? "") });
  return [what, model && code("model", model), group && code("failure_group", group)]
    .filter(Boolean)
    .join(" · ");
}

interface Column<T> {
  name: string;
  width: string;
  cell: (one: T) => ReactNode;
}

function Rows<T extends Listed>({
  behind,
  since,
  columns,
}: {
  behind: Behind;
  since: string;
  columns: readonly Column<T>[];
}) {
  const query = useBehind<T>(behind, since);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const title = titleOf(behind);
  return (
    <section className={css.behind} aria-label={title}>
      <header className={lists.bar}>
        <h2>{title}</h2>
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
        <Empty>{t(behind.list === "limits" ? "precision.noLimits" : "precision.none")}</Empty>
      )}
      {rows.length > 0 && (
        <VirtualTable
          label={title}
          columns={columns}
          rows={rows}
          keyOf={(one) => one.id}
          selected={null}
          cells={(one) => columns.map((column) => column.cell(one))}
        />
      )}
    </section>
  );
}

function Limits({ behind, since }: { behind: Behind; since: string }) {
  const rights = useRights();
  const [lowering, setLowering] = useState<SeriesLimit | null>(null);
  const columns: Column<SeriesLimit>[] = [
    { name: t("precision.raisedAt"), width: "92px", cell: (one) => moment(one.at) },
    { name: t("letters.device"), width: "minmax(110px, 1fr)", cell: deviceLink },
    { name: t("case.metric"), width: "minmax(110px, 1fr)", cell: (one) => code("metric", one.metric) },
    {
      name: t("precision.factor"),
      width: "96px",
      cell: (one) => `${number(one.factor_before)} → ${number(one.factor)}`,
    },
    {
      name: t("precision.why"),
      width: "minmax(140px, 2fr)",
      cell: (one) =>
        [one.case_id ? t("precision.byCase") : t("precision.byPerson"), one.reason]
          .filter(Boolean)
          .join(": "),
    },
    ...(rights.limits
      ? [
          {
            name: "",
            width: "84px",
            cell: (one: SeriesLimit) => (
              <button
                type="button"
                className={css.asLink}
                aria-label={t("precision.lowerOf", {
                  name: `${one.device_name}, ${code("metric", one.metric)}`,
                })}
                onClick={() => setLowering(one)}
              >
                {t("precision.lower")}
              </button>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <Rows behind={behind} since={since} columns={columns} />
      {lowering && <LowerDialog limit={lowering} onClose={() => setLowering(null)} />}
    </>
  );
}

/** The rows behind a figure of the report. */
export function PrecisionList({ behind, since }: { behind: Behind; since: string }) {
  if (behind.list === "limits") return <Limits behind={behind} since={since} />;
  if (behind.list === "failures") {
    const columns: Column<MissedFailure>[] = [
      { name: t("precision.occurred"), width: "92px", cell: (one) => moment(one.occurred_at) },
      { name: t("letters.device"), width: "minmax(110px, 1fr)", cell: deviceLink },
      {
        name: t("case.group"),
        width: "minmax(90px, 1fr)",
        cell: (one) => code("failure_group", one.failure_group),
      },
      { name: t("precision.note"), width: "minmax(110px, 1.5fr)", cell: (one) => one.note },
      { name: t("precision.order"), width: "96px", cell: (one) => orderLink(one.source_ref) },
    ];
    return <Rows behind={behind} since={since} columns={columns} />;
  }
  const columns: Column<CaseItem & Listed>[] = [
    { name: t("case.opened"), width: "92px", cell: (one) => moment(one.opened_at) },
    { name: t("letters.device"), width: "minmax(110px, 1fr)", cell: deviceLink },
    {
      name: t("case.group"),
      width: "minmax(90px, 1fr)",
      cell: (one) => (
        <button key="case" type="button" className={panel.link} onClick={() => select("cases", one.id)}>
          {code("failure_group", one.failure_group)}
        </button>
      ),
    },
    { name: t("case.severity"), width: "84px", cell: (one) => code("severity", one.severity) },
    { name: t("letters.state"), width: "84px", cell: (one) => label("case.state", one.state) },
    {
      name: t("precision.finding"),
      width: "minmax(90px, 1fr)",
      cell: (one) => (one.finding ? code("outcome", one.finding) : t("app.none")),
    },
  ];
  return <Rows behind={behind} since={since} columns={columns} />;
}
