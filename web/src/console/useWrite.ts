import { useMutation, useQueryClient } from "@tanstack/react-query";

/** A change of the server's state; afterwards, well or not, what is shown under these keys is fetched again. */
export function useWrite<Wish, Answer>(
  write: (wish: Wish) => Promise<Answer>,
  keys: readonly (readonly unknown[])[],
  onDone?: (answer: Answer) => void,
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: write,
    onSuccess: (answer) => onDone?.(answer),
    onSettled: () => Promise.all(keys.map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
}
