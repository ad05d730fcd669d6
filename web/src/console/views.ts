/**
 * Every page of the console, by the groups of the navigation. A new page is one name here, its component in `pages.tsx`
 * and a text `view.<name>`; its address is `/console/<name>`.
 */
export const GROUPS = {
  map: ["map"],
  board: ["board"],
  work: ["orders", "tickets", "conflicts", "checklists"],
  customers: ["customers", "sites", "duplicates"],
  assets: ["assets", "places"],
  maintenance: ["plans", "compliance", "routes"],
  people: ["technicians", "crews", "absences", "certificates", "pay"],
  contracts: ["contracts", "quotes", "prices", "outlets", "settlements"],
  cases: ["cases", "incidents", "playbooks", "policy"],
  fleet: ["devices", "letters", "broker", "precision", "backlog", "firmware", "claims", "limits"],
  promises: ["watch", "calendars", "policies", "ladders"],
  figures: ["kpi", "failures"],
  settings: ["mails", "catalogue"],
} as const satisfies Record<string, readonly string[]>;

export type Group = keyof typeof GROUPS;
export type View = (typeof GROUPS)[Group][number];
export type ViewOf<G extends Group> = (typeof GROUPS)[G][number];
export type FleetView = ViewOf<"fleet">;
export type PromiseView = ViewOf<"promises">;
export type CaseView = ViewOf<"cases">;

export const VIEWS: readonly View[] = Object.values<readonly View[]>(GROUPS).flat();

/** The groups beside which the queue stands: those a dispatcher decides from. */
export const WITH_QUEUE: readonly Group[] = ["map", "board", "cases", "fleet", "promises"];

/** What the inspector can show; `pages.tsx` has the panel of each. */
export const KINDS = [
  "orders",
  "devices",
  "technicians",
  "campaigns",
  "cases",
  "incidents",
  "playbooks",
  "customers",
  "sites",
  "kpi",
  "failures",
  "checklists",
  "assets",
  "tickets",
  "contracts",
  "outlets",
  "settlements",
  "plans",
] as const;
export type SelectionKind = (typeof KINDS)[number];

/** Keys that open a page: one alone, or after `g`. */
export const VIEW_KEYS: Readonly<Record<string, View>> = {
  "1": "map",
  "2": "board",
  "3": "devices",
  "4": "letters",
  "5": "broker",
  "6": "precision",
  "7": "backlog",
  "8": "firmware",
  "9": "claims",
  "0": "limits",
  c: "cases",
  i: "incidents",
  p: "playbooks",
  o: "policy",
};
export const GO_KEYS: Readonly<Record<string, View>> = {
  m: "map",
  b: "board",
  k: "cases",
  d: "devices",
  s: "watch",
  f: "kpi",
  t: "tickets",
  x: "conflicts",
};

export function isView(name: string): name is View {
  return (VIEWS as readonly string[]).includes(name);
}

export function groupOf(view: View): Group {
  const found = Object.entries(GROUPS).find(([, views]) => (views as readonly View[]).includes(view));
  return (found?.[0] ?? "map") as Group;
}

export function isFleet(view: View): view is FleetView {
  return groupOf(view) === "fleet";
}
