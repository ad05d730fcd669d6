import { t } from "../../shared/i18n";
import { dayOf, money } from "../../shared/money";
import { moment } from "../../shared/time";
import { Facts, Failure, Loading, Section, ui } from "../../shared/ui/parts";
import css from "../contracts/contracts.module.css";
import { ExportLinks, useOne, usePages } from "../kit";
import { Panel } from "../Panel";
import { select } from "../route";
import type { Settlement, SettlementLine } from "./api";

/** One settlement: its lines, and the same as a file. */
export function SettlementPanel({ id }: { id: string }) {
  const path = `/api/v1/settlements/${encodeURIComponent(id)}`;
  const query = useOne<Settlement>(path);
  const list = usePages<SettlementLine>(`${path}/lines`);
  const settlement = query.data;
  if (!settlement) {
    return (
      <Panel title={t("view.settlements")}>
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Panel>
    );
  }
  const lines = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel title={settlement.number} lead={<span>{t(`settle.party.${settlement.party}`)}</span>}>
      <Section title={t("settle.number")} aside={<ExportLinks path={`${path}/export`} />}>
        <Facts
          rows={[
            [
              t("settle.period"),
              t("contract.period", { from: dayOf(settlement.starts_on), to: dayOf(settlement.ends_on) }),
            ],
            [t("settle.total"), <strong key="total">{money(settlement.total, settlement.currency)}</strong>],
            [t("settle.lines"), settlement.line_count],
          ]}
        />
      </Section>
      <Section title={t("settle.lines")}>
        {list.isPending && <Loading />}
        {list.isError && <Failure error={list.error} retry={() => void list.refetch()} />}
        {lines.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keys
          <div className={css.box} role="region" aria-label={t("settle.lines")} tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th>{t("settle.order")}</th>
                  <th>{t("contract.customer")}</th>
                  {settlement.party === "outlet" && <th>{t("view.outlets")}</th>}
                  <th>{t("settle.closed")}</th>
                  <th>{t("settle.as")}</th>
                  <th className={css.right}>{t("settle.total")}</th>
                </tr>
              </thead>
              <tbody>
                {lines.map((line) => (
                  <tr key={line.id}>
                    <td>
                      <button
                        type="button"
                        className={ui.button}
                        onClick={() => select("orders", line.work_order_id)}
                      >
                        {line.order_number}
                      </button>{" "}
                      <span className={ui.soft}>{line.summary}</span>
                    </td>
                    <td>{line.customer_name}</td>
                    {settlement.party === "outlet" && <td>{line.outlet_name}</td>}
                    <td>{moment(line.closed_at)}</td>
                    <td>{t(`settle.as.${line.settled_as}`)}</td>
                    <td className={css.right}>{money(line.amount, settlement.currency)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {list.hasNextPage && (
          <button type="button" className={ui.button} onClick={() => void list.fetchNextPage()}>
            {t("app.more")}
          </button>
        )}
      </Section>
    </Panel>
  );
}
