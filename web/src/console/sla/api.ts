import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, post, put, remove } from "../../shared/api/client";
import type { Page, Priority, SlaClock } from "../../shared/api/types";
import { useMe } from "../session";

export type ClockKind = SlaClock["clock"];
export const CLOCKS: readonly ClockKind[] = ["response", "on_site", "restore"];
export const REASONS = ["customer", "no_access", "parts", "approval", "weather", "safety"] as const;
export type Reason = (typeof REASONS)[number];
export const ACTIONS = ["notify_role", "notify_user", "raise_priority", "set_queue"] as const;
export type StepAction = (typeof ACTIONS)[number];

export interface Interval {
  weekday: number;
  starts: string;
  ends: string;
}
export interface SpecialDay {
  day: string;
  works_as: number | null;
  name: string;
}
export interface Calendar {
  id: string;
  code: string;
  name: string;
  time_zone: string;
  version: number;
  weekly: Interval[];
  days: SpecialDay[];
}
export interface ImportAnswer {
  dry_run: boolean;
  events: { summary: string; reading: string; refused: string | null; days: string[] }[];
  added: SpecialDay[];
  changed: SpecialDay[];
  same: number;
}
export interface PolicyDraft {
  name: string;
  priority: Priority;
  criticality: string | null;
  customer_id: string | null;
  tier: string | null;
  work_type: string | null;
  response_minutes: number;
  on_site_minutes: number;
  restore_minutes: number;
  calendar_id: string | null;
  ladder_id: string | null;
  pauses: Partial<Record<Reason, ClockKind[]>>;
}
export interface Policy extends PolicyDraft {
  policy_id: string;
  version: number;
}
export interface Version extends Policy {
  created_at: string;
  /** Null: it is in force. */
  replaced_at: string | null;
}
export interface Step {
  clock: ClockKind;
  percent: number | null;
  minutes: number | null;
  action: StepAction;
  role: string | null;
  user_id: string | null;
  queue: string | null;
  in_service_hours: boolean;
}
export interface Ladder {
  id: string;
  version: number;
  name: string;
  calendar_id: string | null;
  steps: Step[];
}
export interface Watched {
  id: string;
  clock: ClockKind;
  due_at: string;
  breached_at: string | null;
  forecast_at: string | null;
  forecast: { piece: string; minutes: number; cases: number }[];
  work_order_id: string;
  number: string;
  summary: string;
  priority: Priority;
  customer_name: string;
}
export interface Turn {
  at: string;
  what: "started" | "paused" | "resumed" | "at_risk" | "escalated" | "breached" | "met" | "stopped";
  detail: Partial<Step> & { reason?: string };
}
export interface ToldClock extends SlaClock {
  policy: { name: string; version: number } | null;
  turns: Turn[];
  to_come: (Step & { due_at: string })[];
}

const WRITERS = ["supervisor", "admin"];

/** Whether the server lets this person change terms. */
export function useMayWrite(): boolean {
  return useMe().roles.some((role) => WRITERS.includes(role));
}

function useTerms<T>(what: string) {
  return useQuery({
    queryKey: ["terms", what],
    queryFn: async ({ signal }) => (await get<Page<T>>(`/api/v1/sla/${what}`, {}, signal)).items,
  });
}

export const useCalendars = () => useTerms<Calendar>("calendars");
export const usePolicies = () => useTerms<Policy>("policies");
export const usePolicyVersions = (id: string) =>
  useTerms<Version>(`policies/${encodeURIComponent(id)}/versions`);
export const useLadders = () => useTerms<Ladder>("ladders");

/** Write to `/api/v1/sla`; afterwards the terms on screen are read again. */
export function useWriteTerms<Answer = unknown>(onDone?: (answer: Answer) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({
      method,
      path,
      body,
    }: {
      method: "POST" | "PUT" | "DELETE";
      path: string;
      body?: unknown;
    }) => {
      const whole = `/api/v1/sla/${path}`;
      if (method === "DELETE") return remove(whole) as Promise<Answer>;
      return method === "POST" ? post<Answer>(whole, body) : put<Answer>(whole, body);
    },
    onSuccess: (answer) => onDone?.(answer),
    onSettled: () => queries.invalidateQueries({ queryKey: ["terms"] }),
  });
}

export function useWatched(which: "at-risk" | "breached", filter: { clock: string; priority: string }) {
  return useInfiniteQuery({
    queryKey: ["promises", which, filter],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Watched>>(`/api/v1/sla/${which}`, { ...filter, limit: 100, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: 30_000,
  });
}

export function useClocks(orderId: string, enabled: boolean) {
  return useQuery({
    queryKey: ["clocks", orderId],
    queryFn: async ({ signal }) =>
      (await get<Page<ToldClock>>(`/api/v1/sla/clocks/${encodeURIComponent(orderId)}`, {}, signal)).items,
    enabled,
  });
}
