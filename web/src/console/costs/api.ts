/** What the API says of cost sheets and settlements. */
import type { Kind } from "../contracts/api";

export interface SheetLine {
  source: "work" | "travel_time" | "call_out" | "distance" | "part" | "outside" | "quote";
  kind: Kind;
  text: string;
  quantity: string;
  unit: string;
  cost: string;
  cost_known: boolean;
  price: string;
  customer: string;
  house: string;
  technician_name: string | null;
  outlet_name: string | null;
}
export interface Totals {
  cost: string;
  price: string;
  customer: string;
  house: string;
}
export interface CostEntry {
  id: string;
  entry: "outside" | "distance";
  text: string;
  kilometres: string | null;
}
export interface Sheet {
  currency: string;
  closed_at: string | null;
  lines: SheetLine[];
  totals: Totals;
  entries: CostEntry[];
}
export const PARTIES = ["customer", "outlet", "own"] as const;
export type Party = (typeof PARTIES)[number];
export interface Settlement {
  id: string;
  number: string;
  party: Party;
  starts_on: string;
  ends_on: string;
  currency: string;
  total: string;
  line_count: number;
  created_at: string;
}
export interface SettlementLine {
  id: string;
  work_order_id: string;
  order_number: string;
  summary: string;
  closed_at: string;
  customer_name: string;
  outlet_name: string | null;
  settled_as: "order" | "adjustment";
  amount: string;
}
export interface Trial {
  currency: string;
  total: string;
  line_count: number;
  adjustment_count: number;
}
