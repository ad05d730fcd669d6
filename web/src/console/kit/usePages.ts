import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { get } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import { type Filter, useRoute } from "../route";

/** What a list is asked for; several values of one name are an array. */
export type Asked = Readonly<Record<string, string | readonly string[] | undefined>>;

const EVERY = 30_000;
const NOTHING: Filter = {};

/** How the list of the open view is narrowed. */
export function useFilter(): Filter {
  return useRoute().filter ?? NOTHING;
}

/** A list of the API, page by page, fetched anew now and then; its key begins with `[path]`. */
export function usePages<T>(path: string, query: Asked = {}, limit = 100) {
  return useInfiniteQuery({
    queryKey: [path, query],
    queryFn: ({ pageParam, signal }) => get<Page<T>>(path, { ...query, limit, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: EVERY,
  });
}

/** One thing of the API; its key is `[path]`, so that a change of the list's path fetches it anew too. */
export function useOne<T>(path: string | null) {
  return useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => get<T>(path ?? "", {}, signal),
    enabled: path !== null,
  });
}
