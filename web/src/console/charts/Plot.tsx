import "uplot/dist/uPlot.min.css";
import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import { useLang } from "../../shared/i18n";
import { tokenColour, useDark } from "../../shared/theme";
import { clock, dayMoment, dayOf, moment, number } from "../../shared/time";
import { align, reach, withLimits } from "./align";
import type { ChartData } from "./Chart";
import css from "./chart.module.css";

function options(width: number, height: number, times: number[]): uPlot.Options {
  const [ink, grid, line, band, alarm] = ["ink-soft", "line", "accent", "state-progress", "state-alarm"].map(
    tokenColour,
  );
  const oneDay = dayOf((times[0] ?? 0) * 1000) === dayOf((times.at(-1) ?? 0) * 1000);
  const axis: uPlot.Axis = {
    stroke: ink,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1, size: 4 },
    font: "11px system-ui, sans-serif",
  };
  const text = (seconds: number) => (oneDay ? clock(seconds * 1000) : dayMoment(seconds * 1000));
  return {
    width,
    height,
    legend: { show: false },
    cursor: { drag: { x: true, y: false }, points: { size: 6 } },
    scales: { x: { time: true } },
    axes: [
      { ...axis, size: 30, space: oneDay ? 50 : 92, values: (_, ticks) => ticks.map(text) },
      { ...axis, size: 46, values: (_, ticks) => ticks.map((tick) => number(tick, 2)) },
    ],
    series: [
      {},
      { stroke: "transparent", width: 0, points: { show: false } },
      { stroke: "transparent", width: 0, points: { show: false } },
      { stroke: line, width: 1.6, spanGaps: false, points: { show: false } },
      { stroke: band, width: 0.8, dash: [4, 3], spanGaps: true, points: { show: false } },
      { stroke: band, width: 0.8, dash: [4, 3], spanGaps: true, points: { show: false } },
      {
        stroke: alarm,
        paths: () => null,
        points: { show: true, size: 8, width: 2, fill: tokenColour("surface"), stroke: alarm },
      },
    ],
    bands: [
      { series: [2, 1], fill: faint(line, 0.26) },
      { series: [5, 4], fill: faint(band, 0.14) },
    ],
  };
}

function faint(colour: string | undefined, alpha: number): string {
  return colour?.replace("rgb(", "rgba(").replace(")", `, ${alpha})`) ?? "";
}

/** Start of the case, window of the failure and limits, below the lines. */
function drawMarks(plot: uPlot, { startedAt, expected, limits }: ChartData): void {
  const { ctx, bbox } = plot;
  const right = bbox.left + bbox.width;
  const at = (ms: number) =>
    Math.min(right, Math.max(bbox.left, Math.round(plot.valToPos(ms / 1000, "x", true))));
  const [warn, alarm] = ["warn", "state-alarm"].map(tokenColour);
  ctx.save();
  if (expected && warn) {
    const [p10, p50, p90] = expected.map(at) as [number, number, number];
    ctx.fillStyle = faint(warn, 0.16);
    ctx.fillRect(p10, bbox.top, p90 - p10, bbox.height);
    if (p50 > bbox.left && p50 < right) rule(ctx, p50, bbox, warn);
  }
  if (startedAt !== undefined && alarm) {
    const x = at(startedAt);
    if (x > bbox.left && x < right) rule(ctx, x, bbox, alarm);
  }
  for (const limit of limits ?? []) {
    const y = Math.round(plot.valToPos(limit, "y", true));
    if (alarm && y >= bbox.top && y <= bbox.top + bbox.height) level(ctx, y, bbox, alarm);
  }
  ctx.restore();
}

type Place = readonly [x: number, y: number];

function dash(ctx: CanvasRenderingContext2D, from: Place, to: Place, colour: string): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
}

function rule(ctx: CanvasRenderingContext2D, x: number, { top, height }: uPlot.BBox, colour: string): void {
  dash(ctx, [x, top], [x, top + height], colour);
}

function level(ctx: CanvasRenderingContext2D, y: number, { left, width }: uPlot.BBox, colour: string): void {
  dash(ctx, [left, y], [left + width, y], colour);
}

/** uPlot itself; loaded with the first chart. */
export default function Plot({ data, height }: { data: ChartData; height: number }) {
  const holder = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLParagraphElement>(null);
  const dark = useDark();
  const lang = useLang();
  const columns = useMemo(() => align(data), [data]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours and texts are read anew with theme and language
  useEffect(() => {
    const box = holder.current;
    if (!box) return;
    const settings = options(box.clientWidth, height, columns[0]);
    const last = columns[0].at(-1) ?? 0;
    const end = reach(columns[0], data.expected?.[2]);
    settings.scales = {
      x: { time: true, range: (_, min, max) => [min, max === last ? end : max] },
      y: {
        range: (_, min, max) => {
          if (min === null || max === null) return [null, null];
          const [low, high] = withLimits(min, max, data.limits ?? []);
          return uPlot.rangeNum(low, high, 0.1, true);
        },
      },
    };
    settings.hooks = {
      drawClear: [(plot) => drawMarks(plot, data)],
      setCursor: [
        (plot) => {
          const at = plot.cursor.idx;
          const value = at === null || at === undefined ? null : columns[3]?.[at];
          const time = columns[0][at ?? -1];
          if (!readout.current) return;
          const low = columns[1]?.[at ?? -1];
          const high = columns[2]?.[at ?? -1];
          const reached = typeof low === "number" && typeof high === "number";
          readout.current.textContent =
            value === null || value === undefined || time === undefined
              ? ""
              : `${moment(time * 1000)}  ${number(value)}${reached ? ` (${number(low)} … ${number(high)})` : ""}`;
        },
      ],
    };
    const plot = new uPlot(settings, columns as uPlot.AlignedData, box);
    const resize = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height }));
    resize.observe(box);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [columns, data, height, dark, lang]);

  return (
    <>
      <div ref={holder} />
      <p ref={readout} className={css.readout} />
    </>
  );
}
