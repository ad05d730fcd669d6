/** What the API says about cases, incidents, the case policy and playbooks. */
import type { Case, CaseItem } from "./types";

export interface CaseLine extends CaseItem {
  model: string;
  started_at: string;
  failure_window: Case["failure_window"];
  low_confidence: boolean;
  recovered_at: string | null;
  closed_at: string | null;
}

/** The leading metric over the coming days, as of the last night; without a method `note` says why there is none. */
export interface Forecast {
  metric: string;
  made_at: string;
  method: string | null;
  note: string | null;
  /** Epoch milliseconds, low, likely, high. */
  points: [at: number, low: number, likely: number, high: number][];
}

export interface CaseDetail extends Case {
  forecast?: Forecast | null;
  model: string;
  summary: { how?: string; text_zh?: string; text_en?: string; unit?: string };
  finding_note: string | null;
  dismissed: boolean;
  recovered_at: string | null;
  closed_at: string | null;
}

export interface Decision {
  at: string;
  kind: string;
  reason: string;
  detail: Record<string, unknown>;
  actor_name: string;
}

/** What became of a case, and why. */
export interface CaseIntake {
  case_id: string;
  state: string;
  severity: number;
  ticket_id: string | null;
  ticket_number: string | null;
  ticket_state: string | null;
  work_order_id: string | null;
  order_number: string | null;
  order_state: string | null;
  incident_id: string | null;
  incident_name: string | null;
  rolled_up: boolean;
  decisions: Decision[];
}

export interface Incident {
  id: string;
  scope: "site" | "model";
  scope_key: string;
  scope_name: string;
  ticket_id: string;
  ticket_number: string;
  ticket_state: string;
  began_at: string;
  last_case_at: string;
  ended_at: string | null;
  device_count: number;
  fleet_count: number;
}

export interface IncidentCase {
  case_id: string;
  device_id: string;
  device_name: string | null;
  asset_name: string | null;
  state: string;
  finding: string | null;
  model: string;
  failure_group: string;
  severity: number;
  happened_at: string;
  ticket_id: string | null;
  work_order_id: string | null;
}

export type Criticality = "A" | "B" | "C";

/** The case policy without what is spent; null is no limit. */
export interface PolicyTerms {
  sibling_minutes: number;
  incident_percent: number;
  incident_devices: number;
  incident_minutes: number;
  tickets_per_day: number | null;
  tickets_per_week: number | null;
  site_tickets_per_day: number | null;
  site_tickets_per_week: number | null;
  severity_at_once: number;
  criticality_at_once: Criticality | null;
}

export interface Policy extends PolicyTerms {
  version: number;
  spent: { tenant_day: number; tenant_week: number };
}

export interface MutedDevice {
  device_id: string;
  device_name: string;
  model: string;
  since: string;
  until: string | null;
}

export type Arg = string | number | boolean | null;

export interface PlaybookTerms {
  name: string;
  model: string;
  failure_group: string;
  active: boolean;
  severity_at_most: number;
  most_critical: Criticality;
  cold_start: boolean;
  command: string;
  args: Record<string, Arg>;
  command_seconds: number;
  proof_samples: number;
  proof_seconds: number;
  proof_limit_seconds: number;
  rest_hours: number;
}

export interface Playbook extends PlaybookTerms {
  id: string;
  version: number;
}

export interface PlaybookVersion {
  version: number;
  at: string;
  actor_name: string | null;
  changed: Record<string, [before: unknown, after: unknown]>;
}

export interface Trial {
  id: string;
  playbook_id: string;
  case_id: string;
  device_id: string;
  device_name: string | null;
  failure_group: string;
  command: string;
  state: string;
  reason: string | null;
  begun_at: string;
  due_at: string;
  ended_at: string | null;
}

export interface DryRun {
  cases: number;
  tried: number;
  refused: Record<string, number>;
  findings_of_tried: Record<string, number>;
  items: {
    case_id: string;
    device_id: string;
    device_name: string | null;
    opened_at: string;
    severity: number;
    criticality: Criticality | null;
    state: string;
    finding: string | null;
    refused: string | null;
  }[];
}
