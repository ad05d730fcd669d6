import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get } from "../../shared/api/client";
import type { BrokerView, Fleet } from "../../shared/api/types";
import { useMe } from "../session";

const EVERY = 10_000;
const READS_BROKER = ["admin", "supervisor"];
const READS_LETTERS = ["admin", "asset_manager", "supervisor", "auditor", "integrator"];
const KEEPS_LETTERS = ["admin", "asset_manager", "supervisor"];
const LOWERS_LIMITS = KEEPS_LETTERS;
const RELEASES_CASES = ["admin", "supervisor", "dispatcher"];

/** What the server will let this person do here; it refuses the others. */
export function useRights() {
  const { roles } = useMe();
  const any = (allowed: readonly string[]) => roles.some((role) => allowed.includes(role));
  return {
    broker: any(READS_BROKER),
    letters: any(READS_LETTERS),
    replay: any(KEEPS_LETTERS),
    limits: any(LOWERS_LIMITS),
    release: any(RELEASES_CASES),
  };
}

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
