import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import type { Bar, BoardRow } from "../../shared/api/types";
import { code, label, t } from "../../shared/i18n";
import { useWorld } from "../../shared/live/store";
import { addDays, clock, dayName, dayOf, useNow } from "../../shared/time";
import { Mark } from "../../shared/ui/Mark";
import { Empty, Failure, Loading, ui } from "../../shared/ui/parts";
import lists from "../lists.module.css";
import { select, useRoute } from "../route";
import css from "./board.module.css";
import { hoursOf, isLate, place, type Span, shortNumber, skillName, spanOf } from "./layout";
import { useBoard } from "./useBoard";

const ROW = 46;
const DONE = new Set(["completed", "incomplete", "no_access", "cancelled", "rejected"]);
const MOVING = new Set(["travelling", "on_site", "in_progress", "on_hold"]);

function BarButton({ bar, span, selected }: { bar: Bar; span: Span; selected: boolean }) {
  const [start, end] = [Date.parse(bar.start), Date.parse(bar.end)];
  const { left, width } = place(span, start, end);
  const travel = place(span, start - bar.travel_before_s * 1000, start);
  const late = isLate(bar);
  const words = t("board.bar", {
    number: bar.number,
    state: label("visit.state", bar.state),
    start: clock(bar.start),
    end: clock(bar.end),
  });
  const more = [
    late && t("board.late"),
    bar.pinned && t("board.pinned"),
    bar.travel_before_s > 0 && t("board.travel", { n: Math.round(bar.travel_before_s / 60) }),
  ];
  const shown = [shortNumber(bar.number), bar.summary].filter(Boolean).join(" ");
  const full = [shown, words, ...more].filter(Boolean).join(", ");
  const look = DONE.has(bar.state) ? css.done : MOVING.has(bar.state) ? css.moving : "";
  return (
    <>
      {bar.travel_before_s > 0 && (
        <i
          className={css.travel}
          style={{ left: `${travel.left}%`, width: `${travel.width}%` }}
          aria-hidden="true"
        />
      )}
      <button
        type="button"
        className={`${css.bar} ${look} ${late ? css.late : ""} ${selected ? css.selected : ""}`}
        style={{ left: `${left}%`, width: `${width}%` }}
        aria-label={full}
        title={full}
        onClick={() => select("orders", bar.work_order_id)}
      >
        {bar.pinned && <span aria-hidden="true">• </span>}
        {late && <span aria-hidden="true">! </span>}
        {shown}
      </button>
    </>
  );
}

function Lane({
  row,
  span,
  state,
  selectedOrder,
}: {
  row: BoardRow;
  span: Span;
  state: string;
  selectedOrder: string | null;
}) {
  const shift = row.shift && place(span, Date.parse(row.shift.start), Date.parse(row.shift.end));
  return (
    <>
      <div className={css.name} role="rowheader">
        <button type="button" onClick={() => select("technicians", row.technician.id)}>
          <Mark kind="tech" state={state} />
          <span>
            {row.technician.name}
            <small>{row.technician.skills.map((skill) => code("skill", skillName(skill))).join(", ")}</small>
          </span>
        </button>
      </div>
      <div className={css.lane} role="cell">
        {shift && (
          <i
            className={css.shift}
            style={{ left: `${shift.left}%`, width: `${shift.width}%` }}
            aria-hidden="true"
          />
        )}
        {row.bars.map((bar) => (
          <BarButton
            key={bar.visit_id}
            bar={bar}
            span={span}
            selected={bar.work_order_id === selectedOrder}
          />
        ))}
      </div>
    </>
  );
}

function Grid({ rows, now, isToday }: { rows: readonly BoardRow[]; now: number; isToday: boolean }) {
  const world = useWorld();
  const { selection } = useRoute();
  const scroller = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the span follows the rows, not the clock
  const span = useMemo(() => spanOf(rows, now), [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 6,
  });
  const nowAt = place(span, now, now).left;
  const selectedOrder = selection?.kind === "orders" ? selection.id : null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
    <div ref={scroller} className={css.scroller} tabIndex={0} role="region" aria-label={t("board.title")}>
      <div role="table" aria-label={t("board.title")} aria-rowcount={rows.length + 1} className={css.table}>
        <div role="rowgroup" className={css.head}>
          <div role="row" aria-rowindex={1} className={css.headRow}>
            <span role="columnheader" className={css.corner}>
              {t("board.technician")}
            </span>
            <span
              role="columnheader"
              className={css.hours}
              aria-label={`${clock(span.from)}–${clock(span.to)}`}
            >
              {hoursOf(span).map((hour) => (
                <span key={hour} style={{ left: `${place(span, hour, hour).left}%` }}>
                  {clock(hour)}
                </span>
              ))}
            </span>
          </div>
        </div>
        <div role="rowgroup" className={css.body} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            if (!row) return null;
            return (
              <div
                key={row.technician.id}
                role="row"
                aria-rowindex={index + 2}
                className={css.row}
                style={{ transform: `translateY(${start}px)` }}
              >
                <Lane
                  row={row}
                  span={span}
                  state={world?.techs.get(row.technician.id)?.state ?? "off"}
                  selectedOrder={selectedOrder}
                />
              </div>
            );
          })}
          {isToday && now > span.from && now < span.to && (
            <div className={css.nowTrack} aria-hidden="true">
              <i style={{ left: `${nowAt}%` }} title={t("board.now")} />
            </div>
          )}
        </div>
      </div>
    </div>
  );
}

/** Who is where when, for one day. */
export function Board() {
  const now = useNow(30);
  const today = dayOf(now);
  const [picked, setPicked] = useState<string | null>(null);
  const day = picked ?? today;
  const board = useBoard(day);
  const rows = useMemo(
    () => board.data?.rows.toSorted((a, b) => a.technician.name.localeCompare(b.technician.name)) ?? [],
    [board.data],
  );
  return (
    <div className={lists.page}>
      <header className={lists.bar}>
        <h2>{t("board.title")}</h2>
        <button
          type="button"
          className={ui.button}
          aria-label={t("board.prev")}
          onClick={() => setPicked(addDays(day, -1))}
        >
          ‹
        </button>
        <span>{dayName(day)}</span>
        <button
          type="button"
          className={ui.button}
          aria-label={t("board.next")}
          onClick={() => setPicked(addDays(day, 1))}
        >
          ›
        </button>
        {day !== today && (
          <button type="button" className={ui.button} onClick={() => setPicked(null)}>
            {t("board.today")}
          </button>
        )}
      </header>
      {board.isPending && <Loading />}
      {board.isError && <Failure error={board.error} retry={() => void board.refetch()} />}
      {board.isSuccess && rows.length === 0 && <Empty>{t("board.empty")}</Empty>}
      {rows.length > 0 && <Grid rows={rows} now={now} isToday={day === today} />}
    </div>
  );
}
