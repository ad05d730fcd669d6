import { t } from "../../shared/i18n";
import { money } from "../../shared/money";
import { moment } from "../../shared/time";
import { ui } from "../../shared/ui/parts";
import { type Column, type FilterField, ListPage } from "../kit";
import { select } from "../route";
import { type QuoteHead, type QuoteState, STATES } from "./api";

const TONE: Partial<Record<QuoteState, string | undefined>> = {
  sent: ui.chipWarn,
  accepted: ui.chipGood,
  refused: ui.chipBad,
};

export function QuoteMark({ state }: { state: QuoteState }) {
  return <span className={`${ui.chip} ${TONE[state] ?? ""}`}>{t(`quote.state.${state}`)}</span>;
}

/** All quotes, the latest first; each leads to its order. */
export function QuoteList() {
  const columns: Column<QuoteHead>[] = [
    {
      name: t("quote.number"),
      width: "130px",
      cell: (row) => (
        <button type="button" className={ui.button} onClick={() => select("orders", row.work_order_id)}>
          {row.number}
        </button>
      ),
    },
    {
      name: t("quote.order"),
      width: "130px",
      cell: (row) => <span className={ui.mono}>{row.work_order_number}</span>,
    },
    { name: t("contract.customer"), width: "1.5fr", cell: (row) => row.customer_name },
    { name: t("quote.state"), width: "110px", cell: (row) => <QuoteMark state={row.state} /> },
    {
      name: t("quote.total"),
      width: "120px",
      cell: (row) => <span className={ui.num}>{money(row.total, row.currency)}</span>,
    },
    { name: t("quote.valid"), width: "150px", cell: (row) => moment(row.valid_until) },
  ];
  const filters: FilterField[] = [
    {
      name: "state",
      label: t("quote.state"),
      none: t("quote.anyState"),
      options: STATES.map((state) => [state, t(`quote.state.${state}`)] as const),
    },
  ];
  return (
    <ListPage<QuoteHead>
      label={t("view.quotes")}
      path="/api/v1/quotes"
      columns={columns}
      filters={filters}
      empty={t("quote.empty")}
    />
  );
}
