/** Shapes of the staff API, as the server documents them. Instants are UTC ISO strings, quantities strings. */

export type OrderState =
  | "draft"
  | "pending_approval"
  | "open"
  | "waiting_parts"
  | "scheduled"
  | "in_progress"
  | "completed"
  | "verified"
  | "closed"
  | "cancelled";
export type TechState = "off" | "idle" | "travelling" | "on_site" | "working";
export type Health = "ok" | "alarm" | "silent" | "unknown";
export type Priority = 1 | 2 | 3 | 4;

export interface Me {
  user_id: string;
  tenant: { id: string; slug: string; name: string; time_zone: string };
  username: string;
  name: string;
  roles: string[];
  locale: string | null;
  technician_id: string | null;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Snapshot {
  seq: string;
  ts: string;
  tech: {
    id: string[];
    name: string[];
    lon: (number | null)[];
    lat: (number | null)[];
    state: TechState[];
    age_s: (number | null)[];
  };
  order: {
    id: string[];
    number: string[];
    lon: (number | null)[];
    lat: (number | null)[];
    state: OrderState[];
    priority: Priority[];
    due_at: (string | null)[];
    summary: string[];
  };
  device: {
    id: string[];
    name: string[];
    lon: (number | null)[];
    lat: (number | null)[];
    health: Health[];
    model: string[];
  };
}

export interface OrderDelta {
  id: string;
  number: string;
  lon: number | null;
  lat: number | null;
  state: OrderState;
  priority: Priority;
  due_at: string | null;
  summary: string;
}

export interface Delta {
  seq: string;
  ts: string;
  tech?: [id: string, lon: number | null, lat: number | null, state: TechState, ageS: number | null][];
  order?: OrderDelta[];
  device?: [id: string, health: Health][];
  case?: { id: string; state: string }[];
  ticket?: { id: string; state: string }[];
}

export interface WorkOrderItem {
  id: string;
  number: string;
  state: OrderState;
  priority: Priority;
  summary: string;
  work_type: string;
  customer_name: string | null;
  site_name: string | null;
  asset_name: string | null;
  lon: number | null;
  lat: number | null;
  skill: string | null;
  skill_level: number | null;
  due_at: string | null;
  created_at: string;
  source: string;
  technician_name: string | null;
  planned_start: string | null;
  ticket_id: string | null;
}

export interface PartLine {
  part_number: string;
  part_name: string;
  quantity: string;
}

export interface SlaClock {
  clock: "response" | "on_site" | "restore";
  target_minutes: number;
  started_at: string;
  due_at: string;
  met_at: string | null;
  breached_at: string | null;
  paused: boolean;
}

export interface Visit {
  id: string;
  visit_no: number;
  state: string;
  technicians: { id: string; name: string; lead: boolean }[];
  planned_start: string | null;
  planned_end: string | null;
  actual: {
    accepted_at: string | null;
    travel_started_at: string | null;
    arrived_at: string | null;
    work_started_at: string | null;
    ended_at: string | null;
  };
  outcome: string | null;
  reason?: string | null;
  version?: number;
  allowed_actions?: string[];
  parts_used: (PartLine & { serial: string | null })[];
}

export interface TimelineEntry {
  at: string;
  received_at: string | null;
  kind: string;
  title_code: string;
  text: string | null;
  actor: string | null;
  source: string | null;
  /** What is odd about the time or place of a step from the field. */
  flagged?: string | null;
}

export interface Finding {
  outcome: string | null;
  failure_mode: string | null;
  cause: string | null;
  activity: string | null;
  note: string | null;
}

/** Another order that one is tied to. */
export interface OrderName {
  id: string;
  number: string;
  summary: string;
  state: string;
}

export interface WorkOrder extends WorkOrderItem {
  /** The order whose checklist found what this one puts right. */
  found_by?: OrderName | null;
  found?: OrderName[];
  signature_required?: boolean;
  description: string | null;
  version: number;
  asset_path: string[];
  asset_id: string | null;
  site: {
    name: string;
    address: string | null;
    lon: number | null;
    lat: number | null;
    access_notes: string | null;
    opening_hours: { weekday: number; opens: string; closes: string }[];
  } | null;
  customer: { id: string; name: string; phone: string | null } | null;
  substatus?: string | null;
  labels?: string[];
  parent?: OrderName | null;
  children?: OrderName[];
  follow_up_of?: OrderName | null;
  follow_ups?: OrderName[];
  due_basis: string | null;
  case_id: string | null;
  expected_parts: (PartLine & { part_id: string })[];
  sla: SlaClock[];
  visits: Visit[];
  reservations: {
    part_number: string;
    quantity: string;
    location_name: string;
    state: string;
    expires_at: string | null;
  }[];
  finding: Finding | null;
  timeline: TimelineEntry[];
  allowed_actions: string[];
}

export interface Reason {
  code: string;
  text_en: string;
  text_zh: string;
  figure: number | string | null;
}

export interface Plan {
  plan_id: string;
  planned_at: string | null;
  engine: string | null;
  /** Null when the plan could not place the order; the reasons then say why not. */
  technician: { id: string; name: string } | null;
  start: string | null;
  travel_minutes: number | null;
  reasons: Reason[];
  refused: (Reason & { technician_id: string; technician_name: string })[];
  pickup: { location_name: string; part_number: string; quantity: string | number } | null;
  note?: string | null;
}

export interface Device {
  id: string;
  name: string;
  model: string;
  sampling_seconds: number;
  asset_name: string | null;
  site_name: string | null;
  health: Health;
  firmware?: string | null;
  last_seen_at: string | null;
  last_sample_at?: string | null;
  last_values: Record<string, unknown>;
  revoked_at?: string | null;
}

export type FleetState = "online" | "alarm" | "silent" | "unknown" | "revoked";

export interface Counts {
  total: number;
  online: number;
  alarm: number;
  silent: number;
  unknown: number;
  revoked: number;
}

export interface Fleet {
  at: string;
  counts: Counts;
  models: (Counts & { model: string })[];
  flow: {
    per_second: number;
    /** [epoch milliseconds, samples, dead letters]; the last minute is not over. */
    minutes: [number, number, number][];
    commit_ms: number | null;
    commit_ms_max: number | null;
    newest_age_ms: number | null;
  };
  dead_letters: {
    since: string;
    total: number;
    waiting: number;
    capped: boolean;
    reasons: { reason: string; count: number }[];
  };
  scorer_lag_seconds: number | null;
}

export interface BrokerFigures {
  gateway: string;
  at: string;
  heard_at: string | null;
  version: string | null;
  uptime_seconds: number | null;
  clients_connected: number | null;
  sessions_abandoned: number | null;
  messages_queued: number | null;
  bytes_held: number | null;
  dropped_total: number | null;
  received_total: number | null;
  sent_total: number | null;
  bytes_received_total: number | null;
  bytes_sent_total: number | null;
  backlog: number;
}

export interface BrokerView {
  now: BrokerFigures | null;
  gateways: BrokerFigures[];
  history: { at: string; sessions_abandoned: number | null; messages_queued: number | null }[];
  warnings: string[];
}

export interface Series {
  metric: string;
  unit: string | null;
  from: string;
  to: string;
  resolution: Resolution;
  /** What one point of a roll-up stands for; null with samples. */
  step_seconds: number | null;
  points: [number, number | null][];
  /** Lowest and highest sample of each step, with a roll-up. */
  envelope: [number, number, number][] | null;
  band: [number, number, number][] | null;
}

export type Resolution = "raw" | "minute" | "hour";

export interface CaseItem {
  id: string;
  device_id: string;
  device_name: string;
  failure_group: string;
  state: string;
  severity: string | number;
  opened_at: string;
  finding: string | null;
}

export interface PastCase {
  case_id: string;
  device_name: string;
  opened_at: string;
  closed_at: string | null;
  finding: string | null;
  distance: number;
  work_order_id: string | null;
  order_number: string | null;
  failure_mode: string | null;
  cause: string | null;
  activity: string | null;
  note: string | null;
  parts_used: { part_id: string; part_number: string; part_name: string; quantity: string }[];
}

export interface CaseAdvice {
  similar: PastCase[];
  skill: string | null;
  skill_level: number | null;
  skill_basis: string | null;
  parts: (PastCase["parts_used"][number] & { basis: string; used_in: number })[];
  confirmed: number;
}

/** A share of n cases with its 95 % interval. */
export interface Rate {
  value: number;
  low: number;
  high: number;
  n: number;
}

export interface Figures {
  confirmed: number;
  false: number;
  other: number;
  unlabelled: number;
  missed: number;
  precision: Rate | null;
  recall: Rate | null;
  lead_hours: number | null;
  device_days: number;
  false_per_1000_device_days: number | null;
}

export interface Precision {
  since: string;
  until: string;
  total: Figures;
  models: (Figures & { model: string })[];
  groups: (Figures & { model: string; failure_group: string })[];
}

/** A case that waits for the alert budget. */
export interface WaitingCase {
  case_id: string;
  device_id: string;
  model: string;
  failure_group: string;
  severity: number;
  happened_at: string;
  asset_id: string | null;
  asset_name: string | null;
  criticality: string | null;
  site_id: string | null;
  rank: number;
  reason: string;
  detail: { used: number; limit: number };
  waiting_since: string;
}

export interface MissedFailure {
  id: string;
  device_id: string;
  device_name: string;
  model: string;
  failure_group: string;
  occurred_at: string;
  source_ref: string;
  note: string;
}

export interface SeriesLimit {
  id: string;
  device_id: string;
  device_name: string;
  model: string;
  metric: string;
  factor: number;
  factor_before: number;
  at: string;
  case_id: string | null;
  failure_group: string | null;
  actor_id: string | null;
  reason: string;
  in_force: boolean;
}

export interface Evidence {
  at: string;
  metric: string;
  observed: number;
  expected: number | null;
  low: number | null;
  high: number | null;
  score: number;
  share: number | null;
}

export interface Case extends CaseItem {
  started_at: string | null;
  failure_window: {
    p10: string;
    p50: string;
    p90: string;
    basis?: string | null;
    failures?: number | null;
  } | null;
  low_confidence: boolean;
  evidence: Evidence[];
  chart: {
    metric: string;
    points: [number, number | null][];
    band: [number, number, number][];
    alarms: number[];
  } | null;
}

export type LetterState = "open" | "requested" | "stored" | "refused" | "discarded";

export interface DeadLetter {
  id: string;
  received_at: string;
  topic: string;
  device_name: string | null;
  reason: string;
  detail: string | null;
  payload_excerpt: string | null;
  payload_bytes: number;
  state: LetterState;
  replayable: boolean;
  discardable: boolean;
  replayed_at: string | null;
  stored_count: number | null;
  outcome_reason: string | null;
  outcome_detail: string | null;
}

export interface DeadLetterDetail extends DeadLetter {
  payload_text: string | null;
  payload_hex: string;
}

export interface Bar {
  visit_id: string;
  work_order_id: string;
  number: string;
  summary?: string;
  start: string;
  end: string;
  travel_before_s: number;
  state: string;
  sla_due_at: string | null;
  pinned: boolean;
}

export interface BoardRow {
  technician: { id: string; name: string; skills: (string | { skill: string; level: number })[] };
  shift: { start: string; end: string } | null;
  bars: Bar[];
}

export interface Board {
  rows: BoardRow[];
}
