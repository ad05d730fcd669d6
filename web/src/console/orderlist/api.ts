/** Lists of orders: what is asked for, saved views, changes of many at once. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { get, post, remove, withQuery } from "../../shared/api/client";
import type { OrderState, WorkOrderItem } from "../../shared/api/types";
import { uuid } from "../../shared/ids";
import { addDays, dayOf, fromField } from "../../shared/time";
import type { Filter } from "../route";

export interface OrderLine extends WorkOrderItem {
  substatus: string | null;
  labels: string[];
  version: number;
  queue: string | null;
  completed_at: string | null;
}
export interface Count {
  count: number;
  exact: boolean;
  estimate: number;
}
export type Asked = Record<string, string | readonly string[]>;
export interface SavedView {
  id: string;
  name: string;
  query: Record<string, unknown>;
  columns: string[];
  shared: boolean;
  version: number;
}
export interface Outcome {
  work_order_id: string;
  number: string;
  problem: string | null;
  detail: string;
  undone: string | null;
}
export interface Change {
  id: string;
  rows: Outcome[];
  undo_until: string | null;
}
export type Action = { kind: string } & Record<string, unknown>;

export const LIST = "/api/v1/work-orders";
export const EXPORT = "/api/v1/work-order-export";
export const VIEWS = "/api/v1/work-order-views";
const CHANGES = "/api/v1/work-order-changes";
const COUNT = "/api/v1/work-order-count";
/** As many as the server takes at once. */
const AT_ONCE = 200;
export const STATES: readonly OrderState[] = [
  "draft",
  "pending_approval",
  "open",
  "waiting_parts",
  "scheduled",
  "in_progress",
  "completed",
  "verified",
  "closed",
  "cancelled",
];
export const LIVE = STATES.slice(0, 6).join(",");
const MANY: readonly string[] = ["state", "priority", "label"];
const OWN: readonly string[] = ["columns"];
/** The order of a list that names none. */
const NEWEST = "-created";
const FROM = /^(created|due|completed)_from$/;
const TO = /^(created|due|completed)_to$/;

/** From the filter of the address to the query of the API: lists are split, days become instants. */
export function askedOf(filter: Filter): Asked {
  const asked: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(filter)) {
    if (OWN.includes(name) || value === "") continue;
    if (MANY.includes(name)) asked[name] = value.split(",");
    else if (FROM.test(name)) asked[name] = fromField(`${value}T00:00`) ?? "";
    else if (TO.test(name)) asked[name] = fromField(`${addDays(value, 1)}T00:00`) ?? "";
    else asked[name] = value;
  }
  return asked;
}

/** From a saved view to the filter of the address. */
export function filterOf({ query, columns }: Pick<SavedView, "query" | "columns">): Filter {
  const filter: Record<string, string> = { columns: columns.join(",") };
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === false || value === "") continue;
    if (name === "sort" && value === NEWEST) continue;
    if (Array.isArray(value)) {
      if (value.length > 0) filter[name] = value.join(",");
    } else if (FROM.test(name)) filter[name] = dayOf(String(value));
    else if (TO.test(name)) filter[name] = dayOf(Date.parse(String(value)) - 1);
    else filter[name] = String(value);
  }
  return filter;
}

export function useCount(asked: Asked) {
  const { sort: _, ...filter } = asked;
  return useQuery({
    queryKey: [COUNT, filter],
    queryFn: ({ signal }) => get<Count>(COUNT, filter, signal),
    staleTime: 15_000,
  });
}

export function useViews() {
  return useQuery({
    queryKey: [VIEWS],
    queryFn: ({ signal }) => get<SavedView[]>(VIEWS, {}, signal),
  });
}

export const forget = (id: string) => remove(`${VIEWS}/${id}`);

/** Change many orders, as many requests as it takes; orders stay in their order. */
export async function change(action: Action, rows: readonly OrderLine[]): Promise<Change[]> {
  const done: Change[] = [];
  for (let first = 0; first < rows.length; first += AT_ONCE) {
    const targets = rows
      .slice(first, first + AT_ONCE)
      .map(({ id, version }) => ({ work_order_id: id, version }));
    done.push(await post<Change>(CHANGES, { client_op_id: uuid(), action, targets }));
  }
  return done;
}

export const takeBack = (changes: readonly Change[]) =>
  Promise.all(changes.map(({ id }) => post<Change>(`${CHANGES}/${id}/undo`, {})));

/** What shows orders is fetched again. */
export function useAnew(): () => void {
  const queries = useQueryClient();
  return () => {
    for (const key of [LIST, COUNT, "orders"]) void queries.invalidateQueries({ queryKey: [key] });
  };
}

export function exportAt(asked: Asked, columns: readonly string[], format: string, locale: string): string {
  return withQuery(EXPORT, { ...asked, columns, format, locale });
}
