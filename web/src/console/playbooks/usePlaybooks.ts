import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { DryRun, Playbook, PlaybookTerms, PlaybookVersion } from "../../shared/api/cases";
import { get, post, put } from "../../shared/api/client";
import { usePages } from "../cases/useCases";

const PATH = "/api/v1/playbooks";
const at = (id: string) => `${PATH}/${encodeURIComponent(id)}`;

export function usePlaybooks() {
  return usePages<Playbook>(["playbooks"], PATH, {});
}

export function usePlaybook(id: string) {
  return useQuery({
    queryKey: ["playbook", id],
    queryFn: ({ signal }) => get<Playbook>(at(id), {}, signal),
  });
}

/** What changed from version to version, the newest first. */
export function useVersions(id: string) {
  return useQuery({
    queryKey: ["playbook", id, "versions"],
    queryFn: ({ signal }) => get<PlaybookVersion[]>(`${at(id)}/versions`, {}, signal),
  });
}

/** Make a playbook, or replace the version that was read. */
export function useSavePlaybook(known: Playbook | null, onDone: (saved: Playbook) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (terms: PlaybookTerms) =>
      known ? put<Playbook>(at(known.id), { ...terms, version: known.version }) : post<Playbook>(PATH, terms),
    onSuccess: (saved) => {
      for (const key of ["playbook", "playbooks"]) void queries.invalidateQueries({ queryKey: [key] });
      onDone(saved);
    },
  });
}

type Condition = Pick<
  PlaybookTerms,
  "model" | "failure_group" | "severity_at_most" | "most_critical" | "cold_start"
>;

/** Hold a condition against past cases; nothing is sent. */
export function useDryRun() {
  return useMutation({
    mutationFn: (wish: Condition & { days: number }) => post<DryRun>(`${PATH}/dry-run`, wish),
  });
}
