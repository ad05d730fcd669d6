import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import { ui } from "../shared/ui/parts";
import css from "./lists.module.css";

interface Head {
  name: string;
  width: string;
  /** What is drawn in place of the name. */
  head?: ReactNode;
  order?: "ascending" | "descending" | "none";
  /** The name is for screen readers only. */
  hidden?: boolean;
}

interface Props<T> {
  label: string;
  columns: readonly Head[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  selected: string | null;
  cells: (row: T) => readonly ReactNode[];
  /** Called when the last rows come into view. */
  onEnd?: () => void;
}

const ROW = 34;

/** A table of which only the visible rows exist; its roles tell the true size. */
export function VirtualTable<T>({ label, columns, rows, keyOf, selected, cells, onEnd }: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  const last = virtual.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (onEnd && last >= rows.length - 20) onEnd();
  }, [last, rows.length, onEnd]);
  const grid = { gridTemplateColumns: columns.map(({ width }) => width).join(" ") };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
    <div ref={scroller} className={css.scroller} tabIndex={0} role="region" aria-label={label}>
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1} className={css.table}>
        <div role="rowgroup" className={css.headGroup}>
          <div role="row" aria-rowindex={1} className={css.headRow} style={grid}>
            {columns.map(({ name, head, order, hidden }) => (
              <span key={name} role="columnheader" {...(order ? { "aria-sort": order } : {})}>
                {hidden ? <span className={ui.hidden}>{name}</span> : (head ?? name)}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={css.body} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const key = keyOf(row);
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={index + 2}
                className={`${css.row} ${key === selected ? css.selected : ""}`}
                style={{ ...grid, transform: `translateY(${start}px)` }}
              >
                {cells(row).map((cell, column) => (
                  <span key={columns[column]?.name} role="cell">
                    {cell}
                  </span>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
