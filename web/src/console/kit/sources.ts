/** Where a picker finds what it offers. */
import { get } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";

export interface Offer {
  id: string;
  name: string;
  /** What tells it from another of the same name. */
  hint: string;
}
type Row = Record<string, unknown>;
interface Listed {
  path: string;
  /** False: the list cannot be searched; its first 200 rows are narrowed here. */
  searched: boolean;
  /** False: one row cannot be fetched by its id. */
  single?: false;
  name: string;
  hint?: string;
  id?: string;
}

const LISTS = {
  customer: { path: "/api/v1/customers", searched: true, name: "name", hint: "number" },
  site: { path: "/api/v1/sites", searched: true, name: "name", hint: "address" },
  asset: { path: "/api/v1/assets", searched: true, name: "name", hint: "asset_no" },
  technician: { path: "/api/v1/technicians", searched: true, name: "name", hint: "number" },
  part: { path: "/api/v1/parts", searched: true, name: "name", hint: "number" },
  person: {
    path: "/api/v1/conversations/people",
    searched: true,
    single: false,
    name: "display_name",
    hint: "username",
  },
  priceList: { path: "/api/v1/price-lists", searched: false, name: "name", hint: "code" },
  contract: { path: "/api/v1/contracts", searched: true, name: "name", hint: "number" },
  outlet: { path: "/api/v1/outlets", searched: true, name: "name", hint: "code" },
  user: { path: "/api/v1/users", searched: false, single: false, name: "name", hint: "username" },
} as const satisfies Record<string, Listed>;

export type Source = keyof typeof LISTS;

function offerOf(row: Row, list: Listed): Offer {
  const text = (name: string | undefined) => (name && row[name] ? String(row[name]) : "");
  return { id: text("id"), name: text(list.name), hint: text(list.hint) };
}

/** What fits `text`, at most twenty; `within` narrows the list by its other filters, such as `customer_id`. */
export async function search(
  source: Source,
  text: string,
  within: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Offer[]> {
  const list: Listed = LISTS[source];
  const query = list.searched ? { q: text, limit: 20 } : { limit: 200 };
  const page = await get<Page<Row>>(list.path, { ...within, ...query }, signal);
  const wanted = text.toLocaleLowerCase();
  return page.items
    .map((row) => offerOf(row, list))
    .filter((one) => list.searched || `${one.name} ${one.hint}`.toLocaleLowerCase().includes(wanted))
    .slice(0, 20);
}

/** The one with this id; null: nobody knows it. */
export async function find(source: Source, id: string, signal?: AbortSignal): Promise<Offer | null> {
  const list: Listed = LISTS[source];
  if (list.single === false) {
    return (await search(source, "", {}, signal)).find((one) => one.id === id) ?? null;
  }
  return offerOf(await get<Row>(`${list.path}/${encodeURIComponent(id)}`, {}, signal), list);
}
