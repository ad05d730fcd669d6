/** What the API says of quotes. */
import type { Kind } from "../contracts/api";

export const STATES = ["draft", "sent", "accepted", "refused", "expired", "withdrawn"] as const;
export type QuoteState = (typeof STATES)[number];

export interface QuoteHead {
  id: string;
  number: string;
  work_order_id: string;
  work_order_number: string;
  customer_name: string;
  state: QuoteState;
  currency: string;
  total: string;
  on_refusal: "cancel" | "leave";
  valid_until: string;
  note: string;
  sent_at: string | null;
  decided_at: string | null;
  decided_name: string | null;
  decision_note: string;
  version: number;
  url: string | null;
}
export interface Line {
  kind: Kind;
  text: string;
  part_id: string | null;
  quantity: string;
  unit: string;
  unit_price: string;
}
/** Queries that change with a quote, beside those of its order. */
export function keysOf(orderId: string): string[][] {
  return [["/api/v1/quotes"], ["order"], ["orders"], [`/api/v1/work-orders/${orderId}/cost-sheet`]];
}
