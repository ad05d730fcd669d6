/** Tickets, what is said about them, and what the field could not bring in: types, paths and what a change makes old. */
import { get, sendFile, withQuery } from "../../shared/api/client";
import type { Priority, SlaClock } from "../../shared/api/types";

export const TICKETS = "/api/v1/tickets";
export const CONFLICTS = "/api/v1/conflicts";

export const STATES = [
  "new",
  "triaged",
  "remote_trial",
  "pending_customer",
  "in_progress",
  "resolved",
  "closed",
  "merged",
  "cancelled",
] as const;
export const CHANNELS = ["phone", "web", "mail", "qr", "wechat", "mobile", "api", "device"] as const;
/** Channels by which people speak with each other. */
export const SPOKEN = ["web", "mail", "phone", "wechat"] as const;

export interface TicketLine {
  id: string;
  number: string;
  channel: string;
  summary: string;
  state: string;
  priority: Priority;
  opened_at: string;
  resolved_at: string | null;
  case_id: string | null;
  customer_id: string | null;
  site_id: string | null;
  asset_id: string | null;
  merged_into_id: string | null;
  first_response_at: string | null;
  unanswered_since: string | null;
  customer_name: string | null;
  site_name: string | null;
  asset_name: string | null;
}
export interface TicketName {
  id: string;
  number: string;
  summary: string;
}
export interface Ticket extends TicketLine {
  description: string;
  topic: string | null;
  version: number;
  closed_at: string | null;
  follow_up_of_id: string | null;
  auto_ack_at: string | null;
  sla: SlaClock[];
  merged_into: TicketName | null;
  parts: TicketName[];
  survey_url: string | null;
  work_orders: (TicketName & { state: string })[];
  allowed_actions: string[];
}
export type MessageKind = "note" | "reply" | "received" | "automatic";
export interface Message {
  id: string;
  subject_id: string;
  kind: MessageKind;
  visibility: string;
  channel: string;
  text: string;
  author_id: string | null;
  author_name: string;
  mentions: string[];
  files: { file_id: string; name: string; media_type: string; size: number }[];
  occurred_at: string;
  received_at: string;
}
export interface Line {
  id: string;
  at: string;
  received_at: string;
  kind: string;
  code: string;
  text: string;
  actor: string;
  source: string;
  data: Record<string, unknown>;
}
export interface Twin extends TicketName {
  state: string;
  opened_at: string;
  score: number;
  reasons: string[];
}
export interface Conflict {
  id: string;
  visit_id: string;
  work_order_id: string;
  work_order_number: string;
  summary: string;
  kind: string;
  problem: string;
  reason: string;
  payload: Record<string, unknown>;
  members: Record<string, unknown>;
  actor_name: string;
  occurred_at: string;
  received_at: string;
  state: "open" | "applied" | "dismissed";
  now: {
    visit_no: number;
    visit_state: string;
    visit_reason: string | null;
    visit_changed_at: string;
    order_state: string;
  };
  resolved_at: string | null;
  resolved_by: string | null;
}
export const ticketPath = (id: string) => `${TICKETS}/${encodeURIComponent(id)}`;

/** What a change of a ticket makes old. */
export const staleBy = (id: string): readonly (readonly unknown[])[] => [
  [TICKETS],
  [ticketPath(id)],
  ...["messages", "timeline", "twins"].map((part) => [`${ticketPath(id)}/${part}`]),
];

export const twinsOf = (id: string) => get<{ items: Twin[] }>(`${ticketPath(id)}/twins`);
const FILES = "/api/v1/files";
export const contentOf = (fileId: string) => `${FILES}/${encodeURIComponent(fileId)}/content`;

/** Send files one after the other; what has been sent before is known by its content. */
export async function sendFiles(files: readonly File[]): Promise<string[]> {
  const ids: string[] = [];
  for (const file of files) {
    const query = { name: file.name, media_type: file.type || undefined };
    ids.push((await sendFile<{ id: string }>(withQuery(FILES, query), file)).id);
  }
  return ids;
}
