/** Technicians, their time and their crews as the server tells of them. */
import { useQuery } from "@tanstack/react-query";
import { get } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import { addDays } from "../../shared/time";

export const TECHNICIANS = "/api/v1/technicians";
export const CREWS = "/api/v1/crews";
export const ABSENCES = "/api/v1/absences";
export const KINDS = ["vacation", "sick", "training", "other"] as const;
export const STATES = ["requested", "approved", "refused"] as const;

export interface Skill {
  skill: string;
  level: number;
  certificate: string | null;
  expires_on: string | null;
}
export interface Area {
  type: "Polygon";
  coordinates: [number, number][][];
}
export interface Technician {
  id: string;
  number: string | null;
  name: string;
  phone: string | null;
  lon: number;
  lat: number;
  van_location_id: string | null;
  calendar_id: string | null;
  territory: Area | null;
  active: boolean;
  version: number;
  skills: Skill[];
}
export interface Pattern {
  id: string;
  weekday: number;
  starts: string;
  ends: string;
  breaks: [string, string][];
  valid_from: string | null;
  valid_to: string | null;
}
export interface Shift {
  id: string;
  day: string;
  starts_at: string;
  ends_at: string;
}
export interface Absence {
  id: string;
  technician_id: string;
  technician_name: string;
  starts_at: string;
  ends_at: string;
  kind: (typeof KINDS)[number];
  state: (typeof STATES)[number];
  reason: string;
  decision_note: string;
}
export interface Span {
  start: string;
  end: string;
}
export interface PlannedVisit extends Span {
  visit_id: string;
  work_order_id: string;
  number: string;
  summary: string;
  state: string;
}
export const SPENT = ["travel", "work", "break", "idle"] as const;
export const PAID = ["normal", "overtime", "weekend", "holiday", "night"] as const;
export interface Week {
  days: {
    day: string;
    shift: Span | null;
    breaks: Span[];
    spent: Record<(typeof SPENT)[number], number>;
    paid: Record<(typeof PAID)[number], number>;
  }[];
  visits: PlannedVisit[];
  done: (PlannedVisit & { state: string })[];
  absences: Omit<Absence, "technician_id" | "technician_name" | "decision_note">[];
  weighted_minutes: number;
}
export interface Member {
  technician_id: string;
  technician_name: string;
  lead: boolean;
  valid_from: string;
  valid_to: string | null;
}
export interface Crew {
  id: string;
  name: string;
  active: boolean;
  version: number;
  members: Member[];
  skills: Record<string, number>;
}

export function technicianPath(id: string): string {
  return `${TECHNICIANS}/${encodeURIComponent(id)}`;
}

/** The Monday of the week of a day. */
export function mondayOf(day: string): string {
  return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
}

/** Days from one calendar day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** All of a short list of the API. */
export function useAll<T>(path: string, query: Record<string, string> = {}) {
  return useQuery({
    queryKey: [path, query],
    queryFn: async ({ signal }) => (await get<Page<T>>(path, query, signal)).items,
  });
}
