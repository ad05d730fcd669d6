import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { get, post } from "../../shared/api/client";
import type { Page, Precision, SeriesLimit } from "../../shared/api/types";

const LIMITS = "/api/v1/telemetry/series-limits";
const PATHS = {
  cases: "/api/v1/cases",
  failures: "/api/v1/telemetry/failures",
  limits: LIMITS,
} as const;

/** Which rows stand behind a figure. */
export interface Behind {
  list: keyof typeof PATHS;
  model?: string | undefined;
  group?: string | undefined;
  finding?: string | undefined;
  /** Only cases without a finding. */
  unlabelled?: boolean;
}

/** How good the cases since an instant were. */
export function usePrecision(since: string, model: string) {
  return useQuery({
    queryKey: ["precision", since, model],
    queryFn: ({ signal }) => get<Precision>("/api/v1/telemetry/precision", { from: since, model }, signal),
    placeholderData: keepPreviousData,
  });
}

/** The rows behind a figure, newest first; limits are those in force, whenever they were raised. */
export function useBehind<T>(behind: Behind, since: string) {
  const { list, model, group, finding, unlabelled } = behind;
  return useInfiniteQuery({
    queryKey: ["precision-list", behind, since],
    queryFn: ({ pageParam, signal }) =>
      get<Page<T>>(
        PATHS[list],
        {
          model,
          failure_group: group,
          ...(list === "limits" ? { in_force: "true" } : { from: since }),
          ...(list === "cases" ? { finding, labelled: unlabelled ? "false" : null } : {}),
          limit: 100,
          cursor: pageParam,
        },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export interface Lowering {
  device_id: string;
  metric: string;
  factor: number;
  reason: string;
}

/** Lower the limit of a series by hand. */
export function useLowerLimit(onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: Lowering) => post<SeriesLimit>(LIMITS, wish),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["precision-list"] });
      onDone();
    },
  });
}
