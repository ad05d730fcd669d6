/** The address carries what is selected, which view fills the main area and how its list is narrowed. */
import { useSyncExternalStore } from "react";
import { type CaseView, groupOf, isView, KINDS, type SelectionKind, type View } from "./views";

export type { CaseView, FleetView, PromiseView, SelectionKind, View } from "./views";
export type CaseKind = Exclude<CaseView, "policy">;

export interface Selection {
  kind: SelectionKind;
  id: string;
  /** The tab of its panel: `/console/devices/<id>/<part>`. */
  part?: string;
}

/** How the list of a view is narrowed: every other name in the query. */
export type Filter = Readonly<Record<string, string>>;

export interface Route {
  selection: Selection | null;
  view: View;
  /** The selected thing fills the main area. */
  wide: boolean;
  filter?: Filter;
}

const BASE = "/console";
/** What the code on an asset leads to: `/a/<token>`. */
const SCANNED = "a";
const OWN_NAMES: readonly string[] = ["view", "wide"];
/** What is mostly looked at from the map. */
const ON_MAP: readonly string[] = ["orders", "devices", "technicians", "campaigns"];

function selectionOf(kind: string, id: string, part: string): Selection | null {
  if (!(KINDS as readonly string[]).includes(kind) || !id) return null;
  const found = { kind: kind as SelectionKind, id: safeDecode(id) };
  return part ? { ...found, part: safeDecode(part) } : found;
}

/** The view that an address means which names none. */
function usualView(place: string, selected: boolean): string {
  if (selected && ON_MAP.includes(place)) return "map";
  if (place === "fleet") return "devices";
  return isView(place) ? place : "map";
}

/** Read an address such as `/console/orders/<id>?view=board&wide=1`. */
export function parse(pathname: string, search: string): Route {
  const path = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname;
  const [kind = "", id = "", part = ""] = path.split("/").filter(Boolean);
  if (kind === SCANNED) {
    return { selection: null, view: "assets", wide: false, filter: { qr_token: safeDecode(id) } };
  }
  const query = new URLSearchParams(search);
  const selection = selectionOf(kind, id, part);
  const view = query.get("view") ?? usualView(kind, id !== "");
  const filter = filterOf(query);
  return {
    selection,
    view: isView(view) ? view : "map",
    wide: selection !== null && query.get("wide") === "1",
    ...(filter ? { filter } : {}),
  };
}

function filterOf(query: URLSearchParams): Filter | undefined {
  const named = [...query].filter(([name, value]) => value !== "" && !OWN_NAMES.includes(name));
  return named.length > 0 ? Object.fromEntries(named) : undefined;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function pathOf({ kind, id, part }: Selection): string {
  return `/${kind}/${encodeURIComponent(id)}${part ? `/${encodeURIComponent(part)}` : ""}`;
}

function placeOf(view: View): string {
  const group = groupOf(view);
  if (group === "fleet") return "fleet";
  return group === "map" || group === "board" || group === "promises" ? "" : view;
}

/** The address of a route; `parse` reads it back. */
export function format({ selection, view, wide, filter }: Route): string {
  const query = new URLSearchParams();
  const place = selection ? selection.kind : placeOf(view);
  if (view !== usualView(place, selection !== null)) query.set("view", view);
  if (wide && selection) query.set("wide", "1");
  for (const [name, value] of Object.entries(filter ?? {})) if (value) query.set(name, value);
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

/** Change parts of the route; a new entry in the history unless it stays the same. Another view drops the filter. */
export function go(change: Partial<Route>, { replace = false } = {}): void {
  const { filter, ...rest } = { ...route, ...change };
  const kept = change.view && change.view !== route.view ? change.filter : filter;
  const next = format(kept ? { ...rest, filter: kept } : rest);
  if (next === location.pathname + location.search) return;
  if (replace) history.replaceState(null, "", next);
  else history.pushState(null, "", next);
  reread();
}

/** Narrow the list of the view that is open; an empty value takes a condition away. */
export function narrow(change: Filter, options?: { replace?: boolean }): void {
  go({ filter: { ...route.filter, ...change } }, options);
}

export function select(kind: SelectionKind, id: string, part?: string): void {
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
