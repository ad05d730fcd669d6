import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { Page } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { dayMoment } from "../../shared/time";
import { Empty, Failure, Loading, ui } from "../../shared/ui/parts";
import { More } from "../cases/More";
import panel from "../panel.module.css";
import { select } from "../route";
import type { Fact } from "./api";

interface Props {
  query: UseInfiniteQueryResult<InfiniteData<Page<Fact>>>;
  /** A row's own figure. */
  ownValue?: (fact: Fact) => string;
  reasonOf: (reason: string) => string;
}

/** The orders behind a number; each opens. */
export function FactList({ query, ownValue, reasonOf }: Props) {
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (rows.length === 0) return <Empty>{t("kpi.empty")}</Empty>;
  return (
    <>
      <div className={ui.tableWrap}>
        <table className={ui.table}>
          <thead>
            <tr>
              <th>{t("kpi.order")}</th>
              <th>{t("kpi.at")}</th>
              {ownValue && <th className={ui.num}>{t("kpi.value")}</th>}
              <th>{t("kpi.reason")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <tr key={one.fact_id}>
                <td>
                  {one.order_id ? (
                    <button
                      type="button"
                      className={panel.link}
                      title={one.summary ?? undefined}
                      onClick={() => one.order_id && select("orders", one.order_id)}
                    >
                      {one.number} {one.customer_name}
                    </button>
                  ) : (
                    (one.ticket_number ?? t("app.none"))
                  )}
                </td>
                <td>{dayMoment(one.at)}</td>
                {ownValue && <td className={ui.num}>{ownValue(one)}</td>}
                <td>{one.reason ? reasonOf(one.reason) : ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <More query={query} />
    </>
  );
}
