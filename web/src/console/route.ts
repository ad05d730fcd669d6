/** The address carries what is selected and which view fills the main area. */
import { useSyncExternalStore } from "react";

export type SelectionKind = "orders" | "devices" | "technicians" | "campaigns" | CaseKind;
/** The parts of a device's page; the first is `/console/devices/<id>`, another `/console/devices/<id>/<part>`. */
export const DEVICE_PARTS = ["overview", "commands", "settings", "access", "limits"] as const;
export type DevicePart = (typeof DEVICE_PARTS)[number];
export interface Selection {
  kind: SelectionKind;
  id: string;
  part?: DevicePart;
}
/** The views of the fleet page, which is `/console/fleet`. */
export const FLEET = [
  "devices",
  "letters",
  "broker",
  "precision",
  "backlog",
  "firmware",
  "claims",
  "limits",
] as const;
export type FleetView = (typeof FLEET)[number];
/** The views of the page about promises. */
export const PROMISES = ["watch", "calendars", "policies", "ladders"] as const;
export type PromiseView = (typeof PROMISES)[number];
export type View = "map" | "board" | FleetView | PromiseView | CaseView;

export function isPromiseView(view: View): view is PromiseView {
  return (PROMISES as readonly View[]).includes(view);
}

/** True of the views that stand on the fleet page. */
export function isFleet(view: View): view is FleetView {
  return (FLEET as readonly View[]).includes(view);
}

/** The views of the page about cases; the address of each is its name. */
export const CASE_VIEWS = ["cases", "incidents", "playbooks", "policy"] as const;
export type CaseView = (typeof CASE_VIEWS)[number];
export type CaseKind = Exclude<CaseView, "policy">;
/** How the list of cases is narrowed. */
export const FILTERS = ["state", "model", "group", "finding", "device", "days"] as const;
export type Filter = Readonly<Partial<Record<(typeof FILTERS)[number], string>>>;

export function isCaseView(view: string): view is CaseView {
  return (CASE_VIEWS as readonly string[]).includes(view);
}

export interface Route {
  selection: Selection | null;
  view: View;
  /** The selected thing fills the main area. */
  wide: boolean;
  /** Of the list of cases. */
  filter?: Filter;
}

const BASE = "/console";
const KINDS: readonly string[] = [
  "orders",
  "devices",
  "technicians",
  "campaigns",
  "cases",
  "incidents",
  "playbooks",
] satisfies SelectionKind[];
const VIEWS: readonly string[] = ["map", "board", ...FLEET, ...PROMISES, ...CASE_VIEWS] satisfies View[];

function selectionOf(kind: string, id: string, part: string): Selection | null {
  if (!KINDS.includes(kind) || !id) return null;
  const found = { kind: kind as SelectionKind, id: safeDecode(id) };
  const known = kind === "devices" && part !== "overview" && DEVICE_PARTS.find((one) => one === part);
  return known ? { ...found, part: known } : found;
}

/** Read an address such as `/console/orders/<id>?view=board&wide=1`. */
export function parse(pathname: string, search: string): Route {
  const path = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname;
  const [kind = "", id = "", part = ""] = path.split("/").filter(Boolean);
  const query = new URLSearchParams(search);
  const view = query.get("view") ?? usualView(kind);
  const filter = view === "cases" ? filterOf(query) : undefined;
  const selection = selectionOf(kind, id, part);
  return {
    selection,
    view: VIEWS.includes(view) ? (view as View) : "map",
    wide: selection !== null && query.get("wide") === "1",
    ...(filter ? { filter } : {}),
  };
}

/** The view that an address means which names none. */
function usualView(kind: string): string {
  if (isCaseView(kind)) return kind;
  return kind === "fleet" ? "devices" : "map";
}

function filterOf(query: URLSearchParams): Filter | undefined {
  const known = FILTERS.flatMap((name) => {
    const value = query.get(name);
    return value ? [[name, value] as const] : [];
  });
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function pathOf({ kind, id, part }: Selection): string {
  return `/${kind}/${encodeURIComponent(id)}${part && part !== "overview" ? `/${part}` : ""}`;
}

/** The address of a route; `parse` reads it back. */
export function format({ selection, view, wide, filter }: Route): string {
  const query = new URLSearchParams();
  const fleet = selection === null && isFleet(view);
  const place = selection ? selection.kind : fleet ? "fleet" : isCaseView(view) ? view : "";
  if (view !== usualView(place)) query.set("view", view);
  if (wide && selection) query.set("wide", "1");
  if (view === "cases") {
    for (const name of FILTERS) if (filter?.[name]) query.set(name, filter[name]);
  }
  const path = selection ? pathOf(selection) : `/${place}`;
  const text = query.toString();
  return BASE + path + (text ? `?${text}` : "");
}

const listeners = new Set<() => void>();
let route: Route = { selection: null, view: "map", wide: false };

function reread(): void {
  route = parse(location.pathname, location.search);
  for (const listener of listeners) listener();
}

if (typeof window !== "undefined") {
  reread();
  addEventListener("popstate", reread);
}

/** Change parts of the route; a new entry in the history unless it stays the same. */
export function go(change: Partial<Route>): void {
  const next = format({ ...route, ...change });
  if (next === location.pathname + location.search) return;
  history.pushState(null, "", next);
  reread();
}

export function select(kind: SelectionKind, id: string, part?: DevicePart): void {
  go({ selection: part ? { kind, id, part } : { kind, id } });
}

export function currentRoute(): Route {
  return route;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, currentRoute);
}
