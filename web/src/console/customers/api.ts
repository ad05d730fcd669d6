/** Customers, contacts and sites as the server tells of them. */
import type { Interval } from "../sla/api";

export const CUSTOMERS = "/api/v1/customers";
export const SITES = "/api/v1/sites";

export interface Customer {
  id: string;
  number: string;
  name: string;
  phone: string | null;
  email: string | null;
  locale: string;
  note: string;
  tier: string | null;
  merged_into_id: string | null;
  version: number;
}
export interface Contact {
  id: string;
  customer_id: string;
  name: string;
  title: string;
  phone: string | null;
  email: string | null;
  is_primary: boolean;
  version: number;
}
export interface Hours {
  weekday: number;
  opens: string;
  closes: string;
}
export interface Site {
  id: string;
  customer_id: string;
  name: string;
  address: string;
  lon: number;
  lat: number;
  access_notes: string;
  opening_hours: Hours[];
  version: number;
}
export interface Alike {
  by: "phone" | "email" | "name";
  value: string;
  customers: Customer[];
}

/** Opening hours as the intervals of a week, and back. */
export function weekOf(hours: readonly Hours[]): Interval[] {
  return hours.map(({ weekday, opens, closes }) => ({ weekday, starts: opens, ends: closes }));
}

export function hoursOf(weekly: readonly Interval[]): Hours[] {
  return weekly.map(({ weekday, starts, ends }) => ({ weekday, opens: starts, closes: ends }));
}

export function customerPath(id: string): string {
  return `${CUSTOMERS}/${encodeURIComponent(id)}`;
}

export function sitePath(id: string): string {
  return `${SITES}/${encodeURIComponent(id)}`;
}
