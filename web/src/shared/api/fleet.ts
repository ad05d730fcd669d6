/** Shapes of the staff API around devices: commands, settings, access, firmware, claims and limits. */
import type { Device } from "./types";

export type CommandState = "queued" | "sent" | "acked" | "failed" | "expired" | "cancelled";

export interface Command {
  id: string;
  device_id: string;
  command: string;
  args: Record<string, unknown>;
  state: CommandState;
  requested_at: string;
  expires_at: string;
  sent_at: string | null;
  attempts: number;
  finished_at: string | null;
  detail: string | null;
}

export type Document = Record<string, unknown>;

export interface Twin {
  device_id: string;
  desired: Document;
  desired_version: number;
  desired_at: string | null;
  reported: Document;
  reported_version: number;
  reported_at: string | null;
  pending: boolean;
}

export interface Mute {
  since: string | null;
  until: string | null;
}

export interface Certificate {
  serial: string;
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
  enforced_at: string | null;
}

export interface Release {
  id: string;
  model: string;
  version: string;
  sha256: string;
  size: number;
  notes: string;
  created_at: string;
}

export type CampaignState = "draft" | "running" | "paused" | "stopped" | "done";
export type CampaignAction = "start" | "pause" | "resume" | "stop";
export type UpdateState = "pending" | "sent" | "downloading" | "installed" | "failed" | "skipped";
export type UpdateCounts = Record<UpdateState, number>;

export interface Campaign {
  id: string;
  name: string;
  state: CampaignState;
  detail: string | null;
  release: Release;
  target: { group?: string; site?: string; device_ids?: string[] };
  waves: number[];
  wave: number;
  pause_seconds: number;
  lifetime_seconds: number;
  restart_seconds: number;
  max_failed_count: number | null;
  max_failed_percent: number | null;
  device_count: number;
  counts: UpdateCounts;
  wave_counts: UpdateCounts[];
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface CampaignDevice {
  device_id: string;
  name: string;
  wave: number;
  state: UpdateState;
  detail: string | null;
  firmware_before: string | null;
  sent_at: string | null;
  finished_at: string | null;
}

export type ClaimState = "open" | "used" | "expired" | "cancelled";

export interface Claim {
  id: string;
  model: string;
  sampling_seconds: number;
  name_prefix: string;
  uses: number;
  uses_allowed: number;
  created_at: string;
  expires_at: string;
  cancelled_at: string | null;
  state: ClaimState;
}

export interface ClaimMade {
  claim: Claim;
  token: string;
  payload: string;
}

export type LimitKind = "above" | "below" | "rate_up" | "rate_down" | "forecast";

/** What may be changed of a limit. */
export interface Terms {
  value: number;
  for_seconds: number;
  clear_seconds: number;
  hysteresis: number;
  horizon_hours: number | null;
  severity: number;
  failure_group: string;
  enabled: boolean;
}

export interface Limit extends Terms {
  id: string;
  version: number;
  device_id: string | null;
  device_name: string | null;
  model: string | null;
  metric: string;
  kind: LimitKind;
  created_at: string;
}

/** The address of a device, or of something below it. */
export function devicePath(id: Device["id"], rest = ""): string {
  return `/api/v1/devices/${encodeURIComponent(id)}${rest}`;
}
