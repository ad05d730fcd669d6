/** What the API says of assets, and the one way to ask for it. */
import { useQuery } from "@tanstack/react-query";
import { get } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import { t } from "../../shared/i18n";

export const ASSETS = "/api/v1/assets";
export const STATES = ["up", "degraded", "down", "idle", "standby", "decommissioned"] as const;
export type AssetState = (typeof STATES)[number];
export const CRITICALITIES = ["A", "B", "C"] as const;

export interface Asset {
  id: string;
  asset_no: string;
  name: string;
  class_code: string;
  maker: string;
  model: string;
  serial: string | null;
  criticality: (typeof CRITICALITIES)[number];
  state: AssetState;
  site_id: string;
  site_name: string;
  customer_id: string;
  customer_name: string;
  location_id: string | null;
  parent_id: string | null;
  device_id: string | null;
  lon: number | null;
  lat: number | null;
  installed_on: string | null;
  version: number;
}
export interface AssetDetail extends Asset {
  path: string[];
  qr_token: string | null;
}
export interface AssetClass {
  id: string;
  code: string;
  name_zh: string;
  name_en: string;
}
export interface Component {
  id: string;
  part_id: string;
  part_number: string;
  part_name: string;
  serial: string;
  place: string;
  installed_at: string | null;
  removed_at: string | null;
}
export interface StateChange {
  id: string;
  at: string;
  state: AssetState;
  planned: boolean | null;
  note: string;
}
interface Warranty {
  id: string;
  starts_on: string;
  ends_on: string;
  labour: boolean;
  parts: boolean;
  travel: boolean;
  note: string;
}
export interface Warranties {
  items: Warranty[];
  cover: { covered: boolean; labour: boolean; parts: boolean; travel: boolean; ends_on: string | null };
}
export interface BomLine {
  id: string;
  part_id: string;
  number: string;
  name: string;
  quantity: string;
  position: string;
}
export interface Bom {
  version: number;
  lines: BomLine[];
}
export interface Brief {
  id: string;
  asset_no: string;
  name: string;
  state: AssetState;
  parent_id: string | null;
}
export interface Hierarchy {
  above: Brief[];
  below: Brief[];
}
export interface Reading {
  id: string;
  at: string;
  value: string;
  new_first: string | null;
  total: string | null;
  fault: "fell_back" | "same_instant" | "out_of_range" | "future" | "voided" | null;
  source: "manual" | "visit" | "telemetry" | "import";
  note: string;
}
export interface Meter {
  id: string;
  asset_id: string;
  code: string;
  name: string;
  unit: string;
  kind: "cumulative" | "gauge";
  rolls_over_at: string | null;
  metric: string | null;
  version: number;
  last: Reading | null;
  usage: { per_day: string; since: string; until: string } | null;
}
interface Mean {
  hours: number | null;
  count: number;
}
interface Failure {
  at: string;
  mode: string;
  order_id: string;
  number: string | null;
  repair_hours: number | null;
  former_at: string | null;
}
export interface Reliability {
  since: string;
  until: string;
  spent: { up: number; down_planned: number; down_unplanned: number };
  operating_hours: number;
  basis: "meter" | "calendar";
  mtbf: { hours: number; above: boolean; failures: number };
  mrt: Mean;
  mttr: Mean;
  inherent_availability: number | null;
  operational_availability: number | null;
  recurring_count: number;
  failures: Failure[];
}
export interface Place {
  id: string;
  site_id: string;
  parent_id: string | null;
  kind: "site" | "area" | "unit";
  name: string;
}

export const assetPath = (id: string) => `${ASSETS}/${encodeURIComponent(id)}`;

/** Every query about one asset begins so: a change fetches all of it anew. */
export const keysOf = (id: string): readonly (readonly unknown[])[] => [["asset", id], [ASSETS]];

/** What the API says below an asset; its key begins with `["asset", id]`. */
export function useOf<T>(id: string, below = "", query: Record<string, string | number> = {}) {
  return useQuery({
    queryKey: ["asset", id, below, query],
    queryFn: ({ signal }) => get<T>(`${assetPath(id)}${below}`, query, signal),
  });
}

export function useClasses() {
  return useQuery({
    queryKey: ["asset-classes"],
    queryFn: ({ signal }) => get<Page<AssetClass>>("/api/v1/asset-classes", {}, signal),
    staleTime: 300_000,
  });
}

/** The functional locations of a site; none: of no site. */
export function usePlaces(site: string | null) {
  return useQuery({
    queryKey: ["places", site],
    queryFn: ({ signal }) =>
      get<Page<Place>>(`/api/v1/sites/${encodeURIComponent(site ?? "")}/locations`, {}, signal),
    enabled: site !== null,
  });
}

export const stateName = (state: AssetState) => t(`asset.state.${state}`);
export const changeName = ({ state, planned }: Pick<StateChange, "state" | "planned">) =>
  state === "down" && planned !== null ? t(planned ? "asset.planned" : "asset.unplanned") : stateName(state);
