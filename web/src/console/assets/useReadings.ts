import { useQuery } from "@tanstack/react-query";
import { get } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import type { Meter, Reading } from "./api";

/** The latest readings of a meter. */
export function useReadings(meter: Meter) {
  return useQuery({
    queryKey: ["asset", meter.asset_id, "readings", meter.id],
    queryFn: ({ signal }) =>
      get<Page<Reading>>(`/api/v1/meters/${encodeURIComponent(meter.id)}/readings`, { limit: 200 }, signal),
  });
}
