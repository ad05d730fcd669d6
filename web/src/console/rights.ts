import { useMe } from "./session";

const OWNERS = ["admin", "asset_manager"];
const KEEPERS = [...OWNERS, "supervisor"];
const COMMANDERS = [...KEEPERS, "agent", "dispatcher"];

/** Who may do what, by the server's rules; it refuses the others. */
const ALLOWED = {
  desk: ["agent", "dispatcher", "supervisor", "admin"],
  keep: ["supervisor", "admin"],
  dispatch: ["dispatcher", "supervisor", "admin"],
  broker: ["admin", "supervisor"],
  letters: [...KEEPERS, "auditor", "integrator"],
  replay: KEEPERS,
  limits: KEEPERS,
  release: ["admin", "supervisor", "dispatcher"],
  policy: ["admin", "supervisor"],
  command: COMMANDERS,
  mute: COMMANDERS,
  twin: KEEPERS,
  checklists: KEEPERS,
  files: [...COMMANDERS, "warehouse", "integrator"],
  reports: ["agent", "dispatcher", "supervisor", "admin"],
  own: OWNERS,
  access: [...OWNERS, "auditor"],
  claims: [...OWNERS, "auditor"],
  /** Change assets, their meters and records. */
  assets: [...KEEPERS, "integrator"],
  assetState: [...KEEPERS, "integrator", "dispatcher"],
  readings: [...COMMANDERS, "integrator"],
  costs: [...COMMANDERS, "warehouse", "auditor"],
  money: ["admin", "supervisor"],
  quote: ["admin", "supervisor", "agent", "dispatcher"],
  settlement: ["admin", "supervisor", "auditor"],
  customers: ["agent", "dispatcher", "supervisor", "admin"],
  exchange: ["supervisor", "admin"],
  people: ["supervisor", "admin"],
  planning: ["dispatcher", "supervisor", "admin"],
  download: [...KEEPERS, "auditor", "integrator"],
} as const satisfies Record<string, readonly string[]>;

/** What the server will let this person do. */
export function useRights(): Record<keyof typeof ALLOWED, boolean> {
  const { roles } = useMe();
  const rights = Object.entries(ALLOWED).map(([name, allowed]) => [
    name,
    roles.some((role) => (allowed as readonly string[]).includes(role)),
  ]);
  return Object.fromEntries(rights) as Record<keyof typeof ALLOWED, boolean>;
}
