import type { ReactNode } from "react";
import { code, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Due, PriorityBadge, StateLabel } from "../../shared/ui/parts";
import type { Column } from "../kit";
import type { Filter } from "../route";
import type { OrderLine } from "./api";
import css from "./orderlist.module.css";

const SETTLED = new Set(["completed", "verified", "closed", "cancelled"]);

interface Shape {
  width: string;
  cell: (order: OrderLine) => ReactNode;
  sort?: string;
}

const time = (at: string | null) => (at ? <time dateTime={at}>{moment(at)}</time> : null);

/** Every column that the list can show, in the order in which they stand. */
export const SHAPES = {
  number: { width: "128px", cell: (order) => order.number, sort: "number" },
  state: { width: "112px", cell: (order) => <StateLabel kind="order" state={order.state} /> },
  substatus: { width: "120px", cell: (order) => order.substatus },
  priority: {
    width: "76px",
    cell: (order) => <PriorityBadge priority={order.priority} />,
    sort: "priority",
  },
  summary: {
    width: "minmax(180px, 2fr)",
    cell: (order) => <span title={order.summary}>{order.summary}</span>,
  },
  work_type: { width: "100px", cell: (order) => code("work_type", order.work_type) },
  source: { width: "90px", cell: (order) => t(`orders.source.${order.source as "agent"}`) },
  customer_name: { width: "minmax(110px, 1fr)", cell: (order) => order.customer_name },
  site_name: { width: "minmax(110px, 1fr)", cell: (order) => order.site_name },
  asset_name: { width: "minmax(110px, 1fr)", cell: (order) => order.asset_name },
  technician_name: { width: "90px", cell: (order) => order.technician_name },
  planned_start: { width: "116px", cell: (order) => time(order.planned_start) },
  queue: { width: "96px", cell: (order) => order.queue },
  labels: {
    width: "minmax(100px, 1fr)",
    cell: (order) => (
      <span className={css.labels}>
        {order.labels.map((label) => (
          <span key={label} className={css.label}>
            {label}
          </span>
        ))}
      </span>
    ),
  },
  skill: { width: "96px", cell: (order) => order.skill },
  due_at: {
    width: "124px",
    cell: (order) => <Due at={order.due_at} settled={SETTLED.has(order.state)} />,
    sort: "due",
  },
  created_at: { width: "116px", cell: (order) => time(order.created_at), sort: "created" },
  completed_at: { width: "116px", cell: (order) => time(order.completed_at) },
} as const satisfies Record<string, Shape>;

export type ColumnName = keyof typeof SHAPES;
export const NAMES = Object.keys(SHAPES) as ColumnName[];
export const USUAL: readonly ColumnName[] = [
  "number",
  "state",
  "priority",
  "summary",
  "customer_name",
  "technician_name",
  "queue",
  "labels",
  "due_at",
  "created_at",
];

/** The columns that the address names, the usual ones if it names none; the number is always there to open a row. */
export function columnNames({ columns }: Filter): readonly ColumnName[] {
  if (!columns) return USUAL;
  const wanted = columns.split(",");
  return NAMES.filter((name) => name === "number" || wanted.includes(name));
}

export function columnsOf(names: readonly ColumnName[]): Column<OrderLine>[] {
  return names.map((name) => ({ ...(SHAPES[name] as Shape), name: t(`orders.column.${name}`) }));
}
