import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post } from "../../shared/api/client";
import type { Page, WaitingCase } from "../../shared/api/types";

const PATH = "/api/v1/intake/backlog";

/** Cases that wait for the alert budget, the most urgent first. */
export function useBacklog() {
  return useInfiniteQuery({
    queryKey: ["backlog"],
    queryFn: ({ pageParam, signal }) =>
      get<Page<WaitingCase>>(PATH, { limit: 100, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: 10_000,
  });
}

/** Let one of them become a ticket now. */
export function useRelease() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (one: WaitingCase) => post(`${PATH}/${one.case_id}/release`, {}),
    onSettled: () => queries.invalidateQueries({ queryKey: ["backlog"] }),
  });
}
