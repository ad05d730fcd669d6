import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { get, post, put, remove } from "../../shared/api/client";
import type { Limit, LimitKind, Terms } from "../../shared/api/fleet";
import type { Device, Page } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { number } from "../../shared/time";
import { useWrite } from "../useWrite";

const PATH = "/api/v1/telemetry/thresholds";
export const KINDS: readonly LimitKind[] = ["above", "below", "rate_up", "rate_down", "forecast"];
const RATES: readonly LimitKind[] = ["rate_up", "rate_down"];

export function isRate(kind: LimitKind): boolean {
  return RATES.includes(kind);
}

export interface LimitFilter {
  model: string;
  metric: string;
  enabled: string;
}

/** Limits that people have set, the oldest first. */
export function useLimits(filter: LimitFilter) {
  return useInfiniteQuery({
    queryKey: ["limits", filter],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Limit>>(PATH, { ...filter, limit: 100, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** The limits of a device and of its model; at most 64 of each. */
export function useLimitsOf(device: Device) {
  return useQuery({
    queryKey: ["limits", "of", device.id],
    queryFn: async ({ signal }) => {
      const pages = await Promise.all([
        get<Page<Limit>>(PATH, { device_id: device.id, limit: 100 }, signal),
        get<Page<Limit>>(PATH, { model: device.model, limit: 100 }, signal),
      ]);
      return pages.flatMap((page) => page.items);
    },
    staleTime: 30_000,
  });
}

/** A model's limit of which the device has one of its own. */
export function isOverruled(limit: Limit, all: readonly Limit[]): boolean {
  return (
    limit.device_id === null &&
    all.some((one) => one.device_id !== null && one.metric === limit.metric && one.kind === limit.kind)
  );
}

/** The values at which a chart of a metric has a line. */
export function linesOf(limits: readonly Limit[], metric: string): number[] {
  const held = limits.filter(
    (one) => one.metric === metric && one.enabled && !isRate(one.kind) && !isOverruled(one, limits),
  );
  return [...new Set(held.map((one) => one.value))];
}

export type Wish = Terms & { device_id?: string; model?: string; metric: string; kind: LimitKind };

/** All terms of a limit, of which a change sends every one. */
export function termsOf(limit: Limit): Terms {
  const { value, for_seconds, clear_seconds, hysteresis, horizon_hours, severity, failure_group, enabled } =
    limit;
  return { value, for_seconds, clear_seconds, hysteresis, horizon_hours, severity, failure_group, enabled };
}

const KEYS = [["limits"]];

export function useCreateLimit(onDone: () => void) {
  return useWrite((wish: Wish) => post<Limit>(PATH, wish), KEYS, onDone);
}

export function useChangeLimit(onDone?: () => void) {
  return useWrite(
    ({ limit, terms }: { limit: Limit; terms: Terms }) =>
      put<Limit>(`${PATH}/${limit.id}`, { ...terms, version: limit.version }),
    KEYS,
    onDone,
  );
}

export function useDeleteLimit(onDone: () => void) {
  return useWrite((limit: Limit) => remove(`${PATH}/${limit.id}`), KEYS, onDone);
}

/** What a limit is of. */
export function targetName(limit: Limit): string {
  return limit.device_name ?? t("limits.modelOf", { model: code("model", limit.model) });
}

/** A limit's value with what it means for its kind. */
export function valueText({ kind, value, horizon_hours }: Limit): string {
  if (isRate(kind)) return t("limits.ratePerHour", { n: number(value) });
  return horizon_hours === null ? number(value) : t("limits.within", { n: number(value), h: horizon_hours });
}

/** The whole limit in a few words, for a button or a question. */
export function limitName(limit: Limit): string {
  return `${targetName(limit)}, ${code("metric", limit.metric)} ${t(`limits.kind.${limit.kind}`)} ${valueText(limit)}`;
}
