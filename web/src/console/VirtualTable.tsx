import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef } from "react";
import css from "./lists.module.css";

interface Props<T> {
  label: string;
  columns: readonly { name: string; width: string }[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  selected: string | null;
  cells: (row: T) => readonly ReactNode[];
}

const ROW = 34;

/** A table of which only the visible rows exist; its roles tell the true size. */
export function VirtualTable<T>({ label, columns, rows, keyOf, selected, cells }: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  const grid = { gridTemplateColumns: columns.map(({ width }) => width).join(" ") };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
    <div ref={scroller} className={css.scroller} tabIndex={0} role="region" aria-label={label}>
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1} className={css.table}>
        <div role="rowgroup" className={css.headGroup}>
          <div role="row" aria-rowindex={1} className={css.headRow} style={grid}>
            {columns.map(({ name }) => (
              <span key={name} role="columnheader">
                {name}
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
