/** What the API says of maintenance, and how it is asked. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get, post, put, remove } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import { uuid } from "../../shared/ids";
import { useMe } from "../session";

export const PLANS = "/api/v1/maintenance/plans";
export const SUBJECTS = "/api/v1/maintenance/subjects";
export const OCCURRENCES = "/api/v1/maintenance/occurrences";
export const COMPLIANCE = "/api/v1/maintenance/compliance";
export const ROUTES = "/api/v1/inspections/routes";
/** What is fetched again after a change. */
export const KEYS = [[PLANS], [SUBJECTS], [OCCURRENCES], [COMPLIANCE], ["plan"], ["plan-preview"]] as const;

export const STATES = ["draft", "active", "paused", "retired"] as const;
export type State = (typeof STATES)[number];
export type Action = "activate" | "pause" | "retire";
export const FREQUENCIES = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;
export type Frequency = (typeof FREQUENCIES)[number];
export const GROUPINGS = ["plan", "site", "asset_class", "month", "all"] as const;
export type Grouping = (typeof GROUPINGS)[number];
export const OUTCOMES = ["in_time", "early", "late", "overdue", "missed", "pending", "cancelled"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Kit {
  part_id: string;
  quantity: string;
}
export interface Level {
  every: number;
  name: string;
  checklist_code: string | null;
  duration_minutes: number;
  parts: Kit[];
}
/** What a person writes of a plan. */
export interface Draft {
  name: string;
  asset_id: string | null;
  class_code: string | null;
  site_id: string | null;
  route_id: string | null;
  rule: string | null;
  starts_on: string;
  due_time: string;
  meter: string | null;
  every: string | null;
  metric: string | null;
  metric_limit: "above" | "below" | null;
  metric_value: number | null;
  metric_seconds: number;
  combinator: "any" | "all";
  anchor: "fixed" | "floating";
  season: number[];
  tolerance_days: number;
  lead_days: number;
  summary: string;
  description: string;
  skill: string;
  skill_level: number;
  priority: number;
  signature_required: boolean;
  mute_device: boolean;
  levels: Level[];
}
export interface Plan extends Draft {
  id: string;
  state: State;
  version: number;
  scope: string;
  subject_count: number;
  open_count: number;
  next_due_at: string | null;
  actions: Action[];
}
export interface Part {
  trigger: "calendar" | "meter" | "condition";
  at: string | null;
  why: string;
  figures: Record<string, string>;
}
export interface Preview {
  asset_id: string | null;
  asset_name: string | null;
  items: { number: number; due_at: string; opens_at: string; level: number; parts: Part[] }[];
  rest: Part[];
  never: string[];
}
export interface Subject {
  id: string;
  maintenance_plan_id: string;
  plan_name: string;
  asset_id: string | null;
  asset_no: string | null;
  asset_name: string | null;
  number: number;
  missed: number;
  last_ended_at: string | null;
  due_at: string | null;
  opens_at: string | null;
  level: number;
  parts: Part[];
  work_order_id: string | null;
  work_order_number: string | null;
  overdue: boolean;
}
export interface Occurrence {
  id: string;
  plan_name: string;
  asset_name: string | null;
  outcome: Outcome;
  due_at: string;
  window_to: string;
  ended_at: string | null;
  work_order_id: string | null;
  work_order_number: string | null;
}
export interface Figures {
  key: string | null;
  name: string | null;
  due: number;
  share: number | null;
  counts: Record<Outcome, number>;
}
export interface Stop {
  asset_id: string | null;
  location_id: string | null;
  checklist_code: string;
}
export interface RouteDraft {
  name: string;
  site_id: string;
  skill: string;
  skill_level: number;
  duration_minutes: number;
  stops: Stop[];
}
export interface InspectionRoute extends Omit<RouteDraft, "stops"> {
  id: string;
  version: number;
  site_name: string;
  stops: (Stop & { seq: number; name: string })[];
}

/** What the server will let this person do. */
export function useMayWrite(): boolean {
  return useMe().roles.some((role) => ["admin", "supervisor", "asset_manager"].includes(role));
}

export function usePlan(id: string) {
  return useQuery({
    queryKey: ["plan", id],
    queryFn: ({ signal }) => get<Plan>(`${PLANS}/${encodeURIComponent(id)}`, {}, signal),
  });
}

export function usePlanPreview(id: string, version: number) {
  return useQuery({
    queryKey: ["plan-preview", id, version],
    queryFn: ({ signal }) => get<Preview>(`${PLANS}/${encodeURIComponent(id)}/preview`, {}, signal),
  });
}

/** The next dates of a draft; null: it is not whole yet. */
export function useDraftPreview(draft: Draft | null) {
  return useQuery({
    queryKey: ["draft-preview", draft],
    queryFn: () => post<Preview>("/api/v1/maintenance/preview", draft),
    enabled: draft !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** Codes of the checklists in use, as choices. */
export function useChecklists(): (readonly [string, string])[] {
  const found = useQuery({
    queryKey: ["checklist-codes"],
    queryFn: ({ signal }) =>
      get<Page<{ code: string; name_zh: string; name_en: string }>>(
        "/api/v1/checklists",
        { limit: 200 },
        signal,
      ),
  });
  return (found.data?.items ?? []).map((one) => [one.code, `${one.name_zh} / ${one.name_en}`] as const);
}

export function useClasses(): (readonly [string, string])[] {
  const found = useQuery({
    queryKey: ["asset-classes"],
    queryFn: ({ signal }) =>
      get<Page<{ code: string; name_zh: string; name_en: string }>>("/api/v1/asset-classes", {}, signal),
  });
  return (found.data?.items ?? []).map((one) => [one.code, `${one.name_zh} / ${one.name_en}`] as const);
}

export function useRoutes() {
  return useQuery({
    queryKey: [ROUTES],
    queryFn: ({ signal }) => get<Page<InspectionRoute>>(ROUTES, { limit: 200 }, signal),
  });
}

export function useReport(query: { start: string; end: string; by: Grouping }) {
  return useQuery({
    queryKey: [COMPLIANCE, query],
    queryFn: ({ signal }) => get<{ items: Figures[] }>(COMPLIANCE, query, signal),
    placeholderData: keepPreviousData,
  });
}

export const savePlan = (draft: Draft, known: Plan | null): Promise<Plan> =>
  known ? put<Plan>(`${PLANS}/${known.id}`, { ...draft, version: known.version }) : post<Plan>(PLANS, draft);

export const actOnPlan = ({ plan, action }: { plan: Plan; action: Action }): Promise<Plan> =>
  post<Plan>(`${PLANS}/${plan.id}/actions`, { action, version: plan.version });

export const saveRoute = (draft: RouteDraft, known: InspectionRoute | null): Promise<InspectionRoute> =>
  known
    ? put<InspectionRoute>(`${ROUTES}/${known.id}`, { ...draft, version: known.version })
    : post<InspectionRoute>(ROUTES, draft);

export const removeRoute = (id: string) => remove(`${ROUTES}/${id}`);

export const startRound = (id: string) =>
  post<{ work_order_id: string; number: string }>(`${ROUTES}/${id}/rounds`, { client_op_id: uuid() });
