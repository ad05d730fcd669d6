import { useState } from "react";
import { t, useLang } from "../../shared/i18n";
import { number } from "../../shared/time";
import { ui } from "../../shared/ui/parts";
import { type FilterField, ListPage, useFilter } from "../kit";
import { useMe } from "../session";
import {
  type Asked,
  askedOf,
  type Change,
  exportAt,
  LIST,
  LIVE,
  type OrderLine,
  STATES,
  useCount,
} from "./api";
import { Bulk } from "./Bulk";
import { columnNames, columnsOf } from "./columns";
import css from "./orderlist.module.css";
import { Toast } from "./Toast";
import { Views } from "./Views";

const DISPATCH = ["dispatcher", "supervisor", "admin"];
const EXPORTERS = [...DISPATCH, "auditor", "integrator"];
const SOURCES = ["agent", "customer", "case", "plan", "rule", "api"] as const;

function filters(): FilterField[] {
  const none = t("app.all");
  return [
    {
      name: "state",
      label: t("orders.state"),
      none: t("orders.anyState"),
      options: [
        [LIVE, t("orders.live")] as const,
        ...STATES.map((state) => [state, t(`state.${state}`)] as const),
      ],
    },
    {
      name: "priority",
      label: t("orders.column.priority"),
      none: t("orders.anyPriority"),
      options: ["1", "2", "3", "4"].map((one) => [one, `P${one}`] as const),
    },
    {
      name: "source",
      label: t("orders.column.source"),
      none: `${t("orders.column.source")}: ${none}`,
      options: SOURCES.map((one) => [one, t(`orders.source.${one}`)] as const),
    },
    { name: "customer_id", label: t("orders.column.customer_name"), kind: "pick", of: "customer" },
    { name: "technician_id", label: t("orders.column.technician_name"), kind: "pick", of: "technician" },
    { name: "created_from", label: t("orders.from"), kind: "date" },
    { name: "created_to", label: t("orders.to"), kind: "date" },
    { name: "overdue", label: t("orders.overdue"), kind: "flag" },
  ];
}

function Counted({ asked }: { asked: Asked }) {
  const { data } = useCount(asked);
  if (!data) return null;
  return (
    <span className={ui.soft} role="status">
      {data.exact
        ? t("orders.count", { n: number(data.count) })
        : t("orders.about", { n: number(data.estimate, 0) })}
    </span>
  );
}

/** All orders: narrowed and sorted in the address, changed many at once, kept as views, taken away as files. */
export function OrdersPage() {
  const filter = useFilter();
  const locale = useLang();
  const { roles } = useMe();
  const [changed, setChanged] = useState<Change[] | null>(null);
  const asked = askedOf(filter);
  const names = columnNames(filter);
  const may = (allowed: readonly string[]) => roles.some((role) => allowed.includes(role));
  const actions = (
    <>
      <Counted asked={asked} />
      <Views />
      {may(EXPORTERS) &&
        ["xlsx", "csv"].map((format) => (
          <a key={format} className={ui.button} href={exportAt(asked, names, format, locale)} download>
            {format.toUpperCase()}
          </a>
        ))}
    </>
  );
  const bulk = (rows: readonly OrderLine[], clear: () => void) => (
    <Bulk
      rows={rows}
      onDone={(changes) => {
        setChanged(changes);
        clear();
      }}
    />
  );
  return (
    <div className={css.page}>
      <ListPage<OrderLine>
        label={t("view.orders")}
        path={LIST}
        columns={columnsOf(names)}
        filters={filters()}
        searched
        queryOf={askedOf}
        kind="orders"
        nameOf={(order) => order.number}
        empty={t("orders.empty")}
        actions={actions}
        {...(may(DISPATCH) ? { bulk } : {})}
      />
      {changed && (
        <Toast
          key={changed.map(({ id }) => id).join()}
          changes={changed}
          onChange={setChanged}
          onClose={() => setChanged(null)}
        />
      )}
    </div>
  );
}
