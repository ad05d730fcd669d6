import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { CaseDetail, CaseIntake, CaseLine, Incident, IncidentCase, Trial } from "../../shared/api/cases";
import { get, post } from "../../shared/api/client";
import type { Page, Series } from "../../shared/api/types";
import type { Filter } from "../route";

const DAY = 86_400_000;
const EVERY = 10_000;
const at = (path: string, id: string) => `/api/v1/${path}/${encodeURIComponent(id)}`;

/** A list of the API, page by page, fetched anew every ten seconds. */
export function usePages<T>(
  key: readonly unknown[],
  path: string,
  query: Record<string, string | undefined>,
) {
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      get<Page<T>>(path, { ...query, limit: 100, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: EVERY,
  });
}

/** Cases, the newest first, as the address narrows them. */
export function useCases(filter: Filter) {
  const { state, model, group, finding, device, days } = filter;
  // The day's beginning, so that the key does not change with every render.
  const from = days ? new Date(Math.floor(Date.now() / DAY - Number(days)) * DAY).toISOString() : undefined;
  return usePages<CaseLine>(["cases", filter, from], "/api/v1/cases", {
    state,
    model,
    failure_group: group,
    device_id: device,
    from,
    ...(finding === "none" ? { labelled: "false" } : { finding }),
  });
}

export function useCase(id: string) {
  return useQuery({
    queryKey: ["case", id],
    queryFn: ({ signal }) => get<CaseDetail>(at("cases", id), {}, signal),
  });
}

/** What became of a case; null: the policy has not dealt with it. */
export function useIntake(id: string) {
  return useQuery({
    queryKey: ["case", id, "intake"],
    queryFn: ({ signal }) => get<CaseIntake>(at("intake/cases", id), {}, signal),
    retry: false,
  });
}

export function useTrialsOf(query: { case_id?: string; playbook_id?: string }) {
  return usePages<Trial>(["trials", query], "/api/v1/playbook-trials", query);
}

/** One metric of a device around a case, with what was expected. */
export function useSeries(device: string, metric: string, from: string, to: string, enabled: boolean) {
  return useQuery({
    queryKey: ["series", device, metric, from, to],
    queryFn: ({ signal }) => get<Series>(`${at("devices", device)}/series`, { metric, from, to }, signal),
    enabled,
    placeholderData: keepPreviousData,
  });
}

export function useIncidents() {
  return usePages<Incident>(["incidents"], "/api/v1/incidents", {});
}

export function useIncident(id: string) {
  return useQuery({
    queryKey: ["incident", id],
    queryFn: ({ signal }) => get<Incident>(at("incidents", id), {}, signal),
  });
}

export function useMembers(id: string) {
  return usePages<IncidentCase>(["incident", id, "cases"], `${at("incidents", id)}/cases`, {});
}

/** Take a case out of an incident. */
export function useSplit(incident: string, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (caseId: string) =>
      post<CaseIntake>(`${at("incidents", incident)}/cases/${caseId}/split`, {}),
    onSuccess: onDone,
    onSettled: () => {
      for (const key of ["incident", "incidents", "case"])
        void queries.invalidateQueries({ queryKey: [key] });
    },
  });
}

/** Call a waiting case off. */
export function useDismiss(onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, reason, no_fault }: { id: string; reason: string; no_fault: boolean }) =>
      post<CaseIntake>(`${at("intake/backlog", id)}/dismiss`, { reason, no_fault }),
    onSuccess: onDone,
    onSettled: () => {
      for (const key of ["backlog", "cases", "case"]) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
}

/** End a trial under way; its case gets the order. */
export function useWithdraw(onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => post<Trial>(`${at("playbook-trials", id)}/withdraw`, {}),
    onSuccess: onDone,
    onSettled: () => {
      for (const key of ["trials", "case"]) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
}
