import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post } from "../../shared/api/client";
import type { DeadLetter, Page } from "../../shared/api/types";

const PATH = "/api/v1/telemetry/dead-letters";
const SELECTED_MOST = 200;

export interface LetterFilter {
  reason: string;
  state: string;
  device: string;
}

/** Dead letters, newest first; looked at more often while a gateway is at work on some. */
export function useLetters(filter: LetterFilter) {
  return useInfiniteQuery({
    queryKey: ["letters", filter],
    queryFn: ({ pageParam, signal }) =>
      get<Page<DeadLetter>>(PATH, { ...filter, limit: 100, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((one) => one.state === "requested")) ? 2000 : 10_000,
  });
}

/** Ask for a replay, or lay letters aside; what the server would not change is left out. */
export function useLetterAction() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ what, letters }: { what: "replay" | "discard"; letters: readonly DeadLetter[] }) => {
      const ids = letters
        .filter((one) => (what === "replay" ? one.replayable : one.discardable))
        .map((one) => one.id);
      for (let at = 0; at < ids.length; at += SELECTED_MOST) {
        await post(`${PATH}/${what}`, { letter_ids: ids.slice(at, at + SELECTED_MOST) });
      }
      return { what, count: ids.length };
    },
    onSettled: () => {
      for (const key of ["letters", "letter", "fleet"]) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
}
