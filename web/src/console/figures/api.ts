import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get } from "../../shared/api/client";
import { addDays, dayOf } from "../../shared/time";
import { useFilter, usePages } from "../kit";
import type { Filter } from "../route";

export interface Point {
  start: string;
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
}
export type Kind = "rate" | "duration" | "share" | "score" | "reliability" | "turns" | "prediction";
export interface Figure {
  name: string;
  kind: Kind;
  better: "high" | "low";
  title: Record<"zh" | "en", string>;
  meaning: Record<"zh" | "en", string>;
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
  hits: number | null;
  mean: number | null;
  p90: number | null;
  numerator: number | null;
  denominator: number | null;
  more_than: boolean;
  excluded: Record<string, number>;
  reasons: Record<string, number>;
  not_applied: string[];
  trend: Point[];
}
export interface Board {
  time_zone: string;
  items: Figure[];
  not_computed: Record<string, string>;
}
export interface Fact {
  fact_id: string;
  order_id: string | null;
  number: string | null;
  summary: string | null;
  state: string | null;
  customer_name: string | null;
  ticket_id: string | null;
  ticket_number: string | null;
  at: string;
  counted: boolean;
  hit: boolean | null;
  value: number | null;
  weight: number | null;
  reason: string | null;
}
export interface Bar {
  key: string;
  /** Null: the key is a word of its own. */
  name: Record<"zh" | "en", string> | null;
  count: number;
  downtime_seconds: number;
  cost: string | null;
  cumulative: number | null;
}
export interface Pareto {
  bars: Bar[];
  more: number;
  excluded: Record<string, number>;
}

export const NARROWING = [
  "customer_id",
  "site_id",
  "asset_class",
  "work_type",
  "priority",
  "technician_id",
  "territory",
] as const;
const DAYS = 30;

/** The period and the filters of the address; without a period the last 30 days. */
export function questionOf(filter: Filter): Record<string, string> {
  const to = filter.to ?? dayOf(Date.now());
  const found: Record<string, string> = { from: filter.from ?? addDays(to, 1 - DAYS), to };
  for (const name of NARROWING) if (filter[name]) found[name] = filter[name];
  return found;
}

export function useBoard() {
  const filter = useFilter();
  const query = { ...questionOf(filter), bucket: filter.bucket ?? "week" };
  return useQuery({
    queryKey: ["kpi", query],
    queryFn: ({ signal }) => get<Board>("/api/v1/kpi", query, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

export function useFigure(name: string) {
  const filter = useFilter();
  const query = { ...questionOf(filter), bucket: filter.bucket ?? "week" };
  return useQuery({
    queryKey: ["kpi", name, query],
    queryFn: ({ signal }) => get<Figure>(`/api/v1/kpi/${encodeURIComponent(name)}`, query, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

/** The orders behind a figure. */
export function useBehind(name: string, only: string, reason: string) {
  const query = { ...questionOf(useFilter()), only, reason: reason || undefined };
  return usePages<Fact>(`/api/v1/kpi/${encodeURIComponent(name)}/orders`, query, 50);
}

export function usePareto(by: string, measure: string) {
  const query = { ...questionOf(useFilter()), by, measure };
  return useQuery({
    queryKey: ["pareto", query],
    queryFn: ({ signal }) => get<Pareto>("/api/v1/failures/pareto", query, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

/** The orders of one bar. */
export function useBar(by: string, key: string) {
  const query = { ...questionOf(useFilter()), by, key };
  return usePages<Fact>("/api/v1/failures/pareto/orders", query, 50);
}

export interface AssetClass {
  code: string;
  name_zh: string;
  name_en: string;
}
export function useClasses() {
  return useQuery({
    queryKey: ["asset-classes"],
    queryFn: ({ signal }) => get<{ items: AssetClass[] }>("/api/v1/asset-classes", {}, signal),
    staleTime: 300_000,
  });
}
