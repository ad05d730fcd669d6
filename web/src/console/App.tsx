import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiProblem, get, logOut, onSessionEnd } from "../shared/api/client";
import type { Me } from "../shared/api/types";
import { useLang } from "../shared/i18n";
import { setTimeZone } from "../shared/time";
import { Failure, Loading } from "../shared/ui/parts";
import { Login } from "./Login";
import { MeContext } from "./session";
import { Workspace } from "./Workspace";

const tabs = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("fieldhand.session");

/** Drop everything that belonged to the session; who is logged in stays a live question. */
function forget(queries: QueryClient): void {
  queries.setQueryData(["me"], null);
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" });
}

/** Log-in or workspace, by whether the server knows this browser. */
export function App() {
  useLang();
  const queries = useQueryClient();
  const [expired, setExpired] = useState(false);
  const me = useQuery({
    queryKey: ["me"],
    queryFn: async ({ signal }) => {
      try {
        const known = await get<Me>("/api/v1/me", {}, signal);
        setTimeZone(known.tenant.time_zone);
        return known;
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

  useEffect(
    () =>
      onSessionEnd(() => {
        if (!queries.getQueryData(["me"])) return;
        setExpired(true);
        forget(queries);
      }),
    [queries],
  );

  useEffect(() => {
    if (!tabs) return;
    // Another tab logged in or out: this one's data may belong to somebody else now.
    tabs.onmessage = () => location.reload();
  }, []);

  if (me.isPending) return <Loading />;
  if (me.isError) return <Failure error={me.error} retry={() => void me.refetch()} />;
  if (me.data === null) {
    return (
      <Login
        expired={expired}
        onDone={() => {
          setExpired(false);
          tabs?.postMessage("in");
          void me.refetch();
        }}
      />
    );
  }
  const leave = async () => {
    await logOut().catch(() => undefined);
    tabs?.postMessage("out");
    forget(queries);
  };
  return (
    <MeContext value={me.data}>
      <Workspace key={me.data.user_id} onLogOut={() => void leave()} />
    </MeContext>
  );
}
