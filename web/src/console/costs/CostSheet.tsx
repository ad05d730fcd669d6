import { useState } from "react";
import { post, remove } from "../../shared/api/client";
import type { WorkOrder } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { uuid } from "../../shared/ids";
import { money } from "../../shared/money";
import { moment, quantity } from "../../shared/time";
import { Failure, Loading, Refusal, Section, ui } from "../../shared/ui/parts";
import { KINDS } from "../contracts/api";
import css from "../contracts/contracts.module.css";
import { FormDialog, useOne, type Values } from "../kit";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import type { Sheet, SheetLine } from "./api";

const AMOUNTS = ["cost", "price", "customer", "house"] as const;
const UNITS = new Set(["h", "visit", "km"]);

function unitText(unit: string): string {
  return UNITS.has(unit) ? t(`quote.unit.${unit as "h" | "visit" | "km"}`) : unit;
}

function Item({ line }: { line: SheetLine }) {
  const who = [line.technician_name, line.outlet_name].filter(Boolean).join(", ");
  return (
    <>
      {t(`cost.source.${line.source}`)} {line.text} <span className={ui.soft}>{who}</span>
    </>
  );
}

function bodyOf({ entry, text, kind, cost, price, kilometres, technician_id }: Values, operation: string) {
  const common = { entry, text: text ?? "", client_op_id: operation };
  return entry === "distance"
    ? { ...common, kilometres: String(kilometres), technician_id }
    : { ...common, kind, cost: String(cost), price: String(price) };
}

function EnterCost({ path, keys, onClose }: { path: string; keys: string[][]; onClose: () => void }) {
  const [operation] = useState(uuid);
  const driven = (values: Values) => values.entry === "distance";
  const bought = (values: Values) => values.entry === "outside";
  return (
    <FormDialog
      title={t("cost.add")}
      fields={[
        {
          kind: "choice",
          name: "entry",
          label: t("cost.entry"),
          required: true,
          options: (["outside", "distance"] as const).map((one) => [one, t(`cost.entry.${one}`)]),
        },
        {
          kind: "choice",
          name: "kind",
          label: t("cost.coveredAs"),
          required: true,
          options: KINDS.map((kind) => [kind, t(`money.kind.${kind}`)]),
          shown: bought,
        },
        { name: "text", label: t("quote.text"), across: true },
        {
          kind: "number",
          name: "cost",
          label: t("cost.cost"),
          required: true,
          min: 0,
          step: 0.01,
          shown: bought,
        },
        {
          kind: "number",
          name: "price",
          label: t("cost.price"),
          required: true,
          min: 0,
          step: 0.01,
          shown: bought,
        },
        {
          kind: "number",
          name: "kilometres",
          label: t("cost.kilometres"),
          required: true,
          min: 0.01,
          step: 0.01,
          shown: driven,
        },
        {
          kind: "pick",
          of: "technician",
          name: "technician_id",
          label: t("cost.driver"),
          required: true,
          shown: driven,
        },
      ]}
      initial={{ entry: "outside", kind: "labour", text: "" }}
      send={(values) => post(path, bodyOf(values, operation))}
      keys={keys}
      onClose={onClose}
    />
  );
}

/** What an order costs and who pays: counted from what was done, kept when it closes. */
export function CostSheet({ order }: { order: WorkOrder }) {
  const own = `/api/v1/work-orders/${order.id}`;
  const path = `${own}/cost-sheet`;
  const found = useOne<Sheet>(path);
  const rights = useRights();
  const [adding, setAdding] = useState(false);
  const change = useWrite((wish: () => Promise<unknown>) => wish(), [[path]]);
  const sheet = found.data;
  return (
    <Section
      title={t("cost.title")}
      aside={
        <span className={css.buttons}>
          {rights.money && order.state === "closed" && (
            <button type="button" className={ui.button} onClick={() => change.mutate(() => post(path, {}))}>
              {t("cost.recount")}
            </button>
          )}
          {rights.quote && (
            <button type="button" className={ui.button} onClick={() => setAdding(true)}>
              {t("cost.add")}
            </button>
          )}
        </span>
      }
    >
      {found.isPending && <Loading />}
      {found.isError && <Failure error={found.error} retry={() => void found.refetch()} />}
      {sheet && (
        <p className={ui.soft}>
          {sheet.lines.length === 0 && `${t("cost.empty")} `}
          {sheet.closed_at ? t("cost.kept", { day: moment(sheet.closed_at) }) : t("cost.open")}
        </p>
      )}
      {sheet && sheet.lines.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keys
        <div className={css.box} role="region" aria-label={t("cost.title")} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th>{t("cost.item")}</th>
                <th className={css.right}>{t("cost.quantity")}</th>
                {AMOUNTS.map((name) => (
                  <th key={name} className={css.right}>
                    {t(`cost.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {sheet.lines.map((line, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
                <tr key={place}>
                  <td>
                    <Item line={line} />
                  </td>
                  <td className={css.right}>
                    {quantity(line.quantity)} {unitText(line.unit)}
                  </td>
                  {AMOUNTS.map((name) => (
                    <td key={name} className={css.right}>
                      {name === "cost" && !line.cost_known ? (
                        <span className={ui.soft}>{t("cost.unknown")}</span>
                      ) : (
                        money(line[name], sheet.currency)
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th colSpan={2}>{t("cost.sum")}</th>
                {AMOUNTS.map((name) => (
                  <td key={name} className={css.right}>
                    {money(sheet.totals[name], sheet.currency)}
                  </td>
                ))}
              </tr>
            </tfoot>
          </table>
        </div>
      )}
      {rights.quote &&
        sheet?.entries.map((entry) => {
          const name = entry.text || `${t(`cost.entry.${entry.entry}`)} ${entry.kilometres ?? ""}`;
          return (
            <div key={entry.id} className={css.meterHead}>
              <span>{name}</span>
              <button
                type="button"
                className={ui.button}
                aria-label={t("cost.void", { name })}
                disabled={change.isPending}
                onClick={() => change.mutate(() => remove(`/api/v1/cost-entries/${entry.id}`))}
              >
                {t("cost.voidShort")}
              </button>
            </div>
          );
        })}
      <Refusal error={change.error} />
      {adding && <EnterCost path={`${own}/cost-entries`} keys={[[path]]} onClose={() => setAdding(false)} />}
    </Section>
  );
}
