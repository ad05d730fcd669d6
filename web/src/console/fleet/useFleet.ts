import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get } from "../../shared/api/client";
import type { BrokerView, Fleet } from "../../shared/api/types";
import { useRights } from "../rights";

const EVERY = 10_000;
/** The fleet's figures, fetched anew every ten seconds. */
export function useFleet() {
  return useQuery({
    queryKey: ["fleet"],
    queryFn: ({ signal }) => get<Fleet>("/api/v1/fleet", { minutes: 60, letter_hours: 24 }, signal),
    refetchInterval: EVERY,
    placeholderData: keepPreviousData,
  });
}

/** The broker's figures, for those who may see them. */
export function useBroker() {
  return useQuery({
    queryKey: ["broker"],
    queryFn: ({ signal }) => get<BrokerView>("/api/v1/fleet/broker", {}, signal),
    refetchInterval: EVERY,
    enabled: useRights().broker,
  });
}
