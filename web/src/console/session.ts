import { createContext, useContext } from "react";
import type { Me } from "../shared/api/types";

export const MeContext = createContext<Me | null>(null);

/** Who is logged in; only inside the workspace. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error("useMe outside of a session");
  return me;
}
