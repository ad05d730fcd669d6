import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { get, post } from "../../shared/api/client";
import type {
  Campaign,
  CampaignAction,
  CampaignDevice,
  CampaignState,
  Release,
  UpdateCounts,
  UpdateState,
} from "../../shared/api/fleet";
import type { Page } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { useWrite } from "../useWrite";

const BASE = "/api/v1/firmware";
export const UPDATE_STATES: readonly UpdateState[] = [
  "installed",
  "downloading",
  "sent",
  "failed",
  "skipped",
  "pending",
];
/** What people can do with a campaign, by its state, as the server has it. */
export const ACTIONS: Record<CampaignState, readonly CampaignAction[]> = {
  draft: ["start"],
  running: ["pause", "stop"],
  paused: ["resume", "stop"],
  stopped: ["resume"],
  done: [],
};

function usePages<T>(key: readonly unknown[], path: string, query: Record<string, string>, every: number) {
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      get<Page<T>>(`${BASE}${path}`, { ...query, limit: 100, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: every,
  });
}

export const useReleases = (model: string) =>
  usePages<Release>(["firmware", "releases", model], "/releases", { model }, 60_000);

export const useCampaigns = () => usePages<Campaign>(["firmware", "campaigns"], "/campaigns", {}, 5_000);

export function useCampaign(id: string) {
  return useQuery({
    queryKey: ["firmware", "campaign", id],
    queryFn: ({ signal }) => get<Campaign>(`${BASE}/campaigns/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: ({ state }) => (state.data?.state === "running" ? 2_000 : 15_000),
  });
}

export const useCampaignDevices = (id: string, filter: { state: string; wave: string }) =>
  usePages<CampaignDevice>(
    ["firmware", "devices", id, filter],
    `/campaigns/${encodeURIComponent(id)}/devices`,
    filter,
    5_000,
  );

export interface Upload {
  model: string;
  version: string;
  notes: string;
  /** Base64. */
  content: string;
}

export const useUpload = (onDone: (made: Release) => void) =>
  useWrite((wish: Upload) => post<Release>(`${BASE}/releases`, wish), [["firmware"]], onDone);

export interface Draft {
  release_id: string;
  name: string;
  waves: number[];
  pause_seconds: number;
  lifetime_seconds: number;
  restart_seconds: number;
  max_failed_count: number | null;
  max_failed_percent: number | null;
  group: string | null;
  site: string | null;
}

export const useDraft = (onDone: (made: Campaign) => void) =>
  useWrite((wish: Draft) => post<Campaign>(`${BASE}/campaigns`, wish), [["firmware"]], onDone);

export const useAct = (id: string, onDone: () => void) =>
  useWrite(
    (action: CampaignAction) => post<Campaign>(`${BASE}/campaigns/${id}/act`, { action }),
    [["firmware"]],
    onDone,
  );

/** Shares in percent from a text such as `5, 25, 100`; null if they are no waves. */
export function readWaves(text: string): number[] | null {
  const waves = text
    .split(/[\s,，、/]+/)
    .filter(Boolean)
    .map((one) => Number(one.replace(/[%％]$/, "")));
  const rising = waves.every((one, at) => Number.isInteger(one) && one > (waves[at - 1] ?? 0));
  return rising && waves.at(-1) === 100 ? waves : null;
}

const WITH_VERSION = [
  [/^went back to (.+)$/, "firmware.wentBack"],
  [/^started again with (.+)$/, "firmware.startedWith"],
  [/^has (.+) already$/, "firmware.hasAlready"],
] as const;

/** Why a device or a campaign stands as it does, in the words of this language. */
export function reasonText(detail: string): string {
  for (const [form, key] of WITH_VERSION) {
    const version = form.exec(detail)?.[1];
    if (version) return t(key, { version });
  }
  return code("update_reason", detail);
}

/** How many devices of a count are in all. */
export function total(counts: UpdateCounts): number {
  return Object.values(counts).reduce((sum, one) => sum + one, 0);
}

/** The bytes of a file as base64, in pieces that a call can take. */
export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** The SHA-256 of bytes as hexadecimal digits; null where the page is not a secure context. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | null> {
  if (typeof crypto === "undefined" || !crypto.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
