import { type ReactNode, useEffect, useState } from "react";
import { t } from "../../shared/i18n";
import { Empty, Failure, Loading, ui } from "../../shared/ui/parts";
import { Choice } from "../cases/Choice";
import { More } from "../cases/More";
import lists from "../lists.module.css";
import { narrow, select, useRoute } from "../route";
import { VirtualTable } from "../VirtualTable";
import type { SelectionKind } from "../views";
import css from "./kit.module.css";
import { Picker } from "./Picker";
import type { Source } from "./sources";
import { type Asked, useFilter, usePages } from "./usePages";

export interface Column<T> {
  name: string;
  width: string;
  cell: (row: T) => ReactNode;
  /** The name by which the list can be sorted, in the filter `sort`; `-` before it turns it round. */
  sort?: string;
}
export type FilterField = { name: string; label: string } & (
  | { kind?: "choice"; none: string; options: readonly (readonly [value: string, name: string])[] }
  | { kind: "pick"; of: Source }
  | { kind: "date" }
  | { kind: "flag" }
);

interface Props<T> {
  label: string;
  /** A list of the API. */
  path: string;
  columns: readonly Column<T>[];
  filters?: readonly FilterField[];
  /** Whether there is a search field, which sets the filter `q`. */
  searched?: boolean;
  /** From the filter of the address to the query of the API; none: the same names. */
  queryOf?: (filter: Readonly<Record<string, string>>) => Asked;
  /** What a row opens in the inspector; its first cell becomes the button. */
  kind?: SelectionKind;
  /** What the button of a row is called. */
  nameOf?: (row: T) => string;
  empty: string;
  /** At the right of the bar. */
  actions?: ReactNode;
  /** What can be done with ticked rows; none: no ticks. */
  bulk?: (rows: readonly T[], clear: () => void) => ReactNode;
}

const PAUSE = 250;

function Search() {
  const { q = "" } = useFilter();
  const [text, setText] = useState(q);
  useEffect(() => setText(q), [q]);
  useEffect(() => {
    if (text.trim() === q) return;
    const wait = setTimeout(() => narrow({ q: text.trim() }, { replace: true }), PAUSE);
    return () => clearTimeout(wait);
  }, [text, q]);
  return (
    <input
      id="list-search"
      type="search"
      className={ui.input}
      aria-label={t("kit.search")}
      placeholder={t("kit.search")}
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
    />
  );
}

function Narrow({ field }: { field: FilterField }) {
  const value = useFilter()[field.name] ?? "";
  const set = (next: string) => narrow({ [field.name]: next });
  if (field.kind === "pick") {
    return (
      <Picker
        of={field.of}
        label={field.label}
        placeholder={field.label}
        value={value || null}
        onChange={(id) => set(id ?? "")}
      />
    );
  }
  if (field.kind === "date") {
    return (
      <label className={css.inline}>
        <span>{field.label}</span>
        <input type="date" className={ui.input} value={value} onChange={(event) => set(event.target.value)} />
      </label>
    );
  }
  if (field.kind === "flag") {
    return (
      <label className={css.inline}>
        <input
          type="checkbox"
          checked={value === "true"}
          onChange={(event) => set(event.target.checked ? "true" : "")}
        />
        <span>{field.label}</span>
      </label>
    );
  }
  return (
    <Choice label={field.label} none={field.none} value={value} options={field.options} onChange={set} />
  );
}

/** The header of a column; one that sorts is a button, pressed again it turns the order round. */
function head<T>({ name, width, sort }: Column<T>, by: string) {
  if (!sort) return { name, width };
  const up = by === sort;
  const down = by === `-${sort}`;
  const order = up ? ("ascending" as const) : down ? ("descending" as const) : ("none" as const);
  const button = (
    <button type="button" className={css.sorter} onClick={() => narrow({ sort: up ? `-${sort}` : sort })}>
      {name}
      <span aria-hidden="true">{up ? " ↑" : down ? " ↓" : ""}</span>
    </button>
  );
  return { name, width, head: button, order };
}

/** A list of the API: narrowed in the address, fetched page by page as it is scrolled, its rows open the inspector. */
export function ListPage<T extends { id: string }>(props: Props<T>) {
  const { label, path, columns, filters = [], searched, queryOf, kind, nameOf, empty, actions, bulk } = props;
  const { selection } = useRoute();
  const filter = useFilter();
  const query = usePages<T>(path, queryOf ? queryOf(filter) : filter);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const chosen = rows.filter((row) => ticked.has(row.id));
  const toggle = (id: string) => {
    const next = new Set(ticked);
    if (!next.delete(id)) next.add(id);
    setTicked(next);
  };
  const more = () => {
    if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
  };
  const cells = (row: T): ReactNode[] =>
    columns.map((column, place) =>
      place === 0 && kind ? (
        <button
          key="open"
          type="button"
          className={css.asLink}
          {...(nameOf ? { "aria-label": nameOf(row) } : {})}
          onClick={() => select(kind, row.id)}
        >
          {column.cell(row)}
        </button>
      ) : (
        column.cell(row)
      ),
    );
  const tick = (row: T) => (
    <input
      key="tick"
      type="checkbox"
      aria-label={t("kit.tick", { name: nameOf?.(row) ?? row.id })}
      checked={ticked.has(row.id)}
      onChange={() => toggle(row.id)}
    />
  );
  const tickAll = (
    <input
      type="checkbox"
      aria-label={t("kit.tickAll")}
      checked={rows.length > 0 && chosen.length === rows.length}
      onChange={(event) => setTicked(new Set(event.target.checked ? rows.map(({ id }) => id) : []))}
    />
  );
  const heads = columns.map((column) => head(column, filter.sort ?? ""));
  return (
    <div className={lists.page}>
      <header className={lists.bar}>
        {searched && <Search />}
        {filters.map((field) => (
          <Narrow key={field.name} field={field} />
        ))}
        <More query={query} />
        {actions && <span className={css.actions}>{actions}</span>}
      </header>
      {bulk && chosen.length > 0 && (
        <div className={css.bulk} role="region" aria-label={t("kit.ticked", { n: chosen.length })}>
          <span>{t("kit.ticked", { n: chosen.length })}</span>
          {bulk(chosen, () => setTicked(new Set()))}
          <button type="button" className={`${ui.button} ${ui.quiet}`} onClick={() => setTicked(new Set())}>
            {t("kit.untick")}
          </button>
        </div>
      )}
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <Empty>{empty}</Empty>}
      {rows.length > 0 && (
        <VirtualTable
          label={label}
          columns={bulk ? [{ name: t("kit.tickColumn"), width: "20px", head: tickAll }, ...heads] : heads}
          rows={rows}
          keyOf={(row) => row.id}
          selected={selection?.id ?? null}
          cells={bulk ? (row) => [tick(row), ...cells(row)] : cells}
          onEnd={more}
        />
      )}
    </div>
  );
}
