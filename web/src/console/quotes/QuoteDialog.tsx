import { useState } from "react";
import { post } from "../../shared/api/client";
import type { Page, WorkOrder } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { number } from "../../shared/time";
import { Failure, Loading, ui } from "../../shared/ui/parts";
import { KINDS } from "../contracts/api";
import css from "../contracts/contracts.module.css";
import { FormDialog, useOne } from "../kit";
import { Modal } from "../Modal";
import { keysOf, type Line, type QuoteHead } from "./api";

const VALID_DAYS = 14;
const EMPTY: Line = { kind: "labour", text: "", part_id: null, quantity: "1", unit: "", unit_price: "0" };

function Lines({ lines, set }: { lines: Line[]; set: (lines: Line[]) => void }) {
  const change = (place: number, part: Partial<Line>) =>
    set(lines.map((line, at) => (at === place ? { ...line, ...part } : line)));
  const total = lines.reduce(
    (sum, line) => sum + Math.round(Number(line.quantity) * Number(line.unit_price) * 100) / 100,
    0,
  );
  return (
    <div className={ui.stack}>
      {lines.map((line, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <div key={place} className={css.row} role="group" aria-label={t("quote.line", { n: place + 1 })}>
          <label className={ui.field}>
            <span>{t("quote.kind")}</span>
            <select
              className={ui.input}
              value={line.kind}
              onChange={(event) => change(place, { kind: event.target.value as Line["kind"] })}
            >
              {KINDS.map((kind) => (
                <option key={kind} value={kind}>
                  {t(`money.kind.${kind}`)}
                </option>
              ))}
            </select>
          </label>
          <label className={ui.field}>
            <span>{t("quote.text")}</span>
            <input
              className={ui.input}
              maxLength={200}
              value={line.text}
              onChange={(event) => change(place, { text: event.target.value })}
            />
          </label>
          <label className={ui.field}>
            <span>{t("contract.quantity")}</span>
            <input
              type="number"
              className={ui.input}
              min={0.0001}
              step="any"
              required
              value={line.quantity}
              onChange={(event) => change(place, { quantity: event.target.value })}
            />
          </label>
          <label className={ui.field}>
            <span>{t("quote.price")}</span>
            <input
              type="number"
              className={ui.input}
              min={0}
              step="any"
              required
              value={line.unit_price}
              onChange={(event) => change(place, { unit_price: event.target.value })}
            />
          </label>
          <button
            type="button"
            className={ui.button}
            aria-label={t("quote.removeLine", { n: place + 1 })}
            onClick={() => set(lines.filter((_, at) => at !== place))}
          >
            <span aria-hidden="true">×</span>
          </button>
        </div>
      ))}
      <div className={css.meterHead}>
        <button type="button" className={ui.button} onClick={() => set([...lines, EMPTY])}>
          {t("quote.addLine")}
        </button>
        <strong>
          {t("quote.total")} <span className={ui.num}>{number(total, 2)}</span>
        </strong>
      </div>
    </div>
  );
}

function Form({ order, lines, onClose }: { order: WorkOrder; lines: Line[]; onClose: () => void }) {
  const [until] = useState(() => new Date(Date.now() + VALID_DAYS * 86_400_000).toISOString());
  return (
    <FormDialog<QuoteHead>
      title={t("quote.dialog")}
      wide
      action={t("quote.send")}
      fields={[
        {
          kind: "own",
          name: "lines",
          label: t("quote.lines"),
          draw: (value, set) => <Lines lines={value as Line[]} set={set} />,
        },
        { kind: "moment", name: "valid_until", label: t("quote.valid"), required: true },
        {
          kind: "choice",
          name: "on_refusal",
          label: t("quote.onRefusal"),
          required: true,
          options: (["leave", "cancel"] as const).map((one) => [one, t(`quote.onRefusal.${one}`)]),
        },
        { kind: "area", name: "note", label: t("contract.note") },
      ]}
      initial={{ lines, valid_until: until, on_refusal: "leave", note: "" }}
      send={async (values) => {
        const made = await post<QuoteHead>(`/api/v1/work-orders/${order.id}/quotes`, values);
        return post<QuoteHead>(`/api/v1/quotes/${made.id}/actions`, { action: "send" });
      }}
      keys={keysOf(order.id)}
      onClose={onClose}
    />
  );
}

/** A quote for an order, begun with what the price list says of it. */
export function QuoteDialog({ order, onClose }: { order: WorkOrder; onClose: () => void }) {
  const proposed = useOne<Page<Line>>(`/api/v1/work-orders/${order.id}/quote-proposal`);
  if (proposed.data) return <Form order={order} lines={proposed.data.items} onClose={onClose} />;
  return (
    <Modal title={t("quote.dialog")} onClose={onClose}>
      {proposed.isError ? (
        <Failure error={proposed.error} retry={() => void proposed.refetch()} />
      ) : (
        <Loading />
      )}
    </Modal>
  );
}
