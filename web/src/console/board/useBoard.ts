import { useQuery } from "@tanstack/react-query";
import { get } from "../../shared/api/client";
import type { Board } from "../../shared/api/types";

/** The schedule of a calendar day. */
export function useBoard(day: string) {
  return useQuery({
    queryKey: ["board", day],
    queryFn: ({ signal }) => get<Board>("/api/v1/board", { date: day }, signal),
    refetchInterval: 60_000,
  });
}
