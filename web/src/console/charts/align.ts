/** Points, band and alarms on one shared time axis, as uPlot wants them. */
import type { ChartData } from "./Chart";

/** null breaks the line; undefined is an instant of another column, which the line passes over. */
type Column = (number | null | undefined)[];

/** Seconds, observed, low, high, alarm height; each alarm sits on the observed value nearest before it. */
export function align({
  points,
  band,
  alarms,
}: Pick<ChartData, "points" | "band" | "alarms">): [number[], ...Column[]] {
  const times = [...new Set([...points.map(([ms]) => ms), ...band.map(([ms]) => ms), ...alarms])].sort(
    (a, b) => a - b,
  );
  const observed = new Map(points);
  const bands = new Map(band.map(([ms, low, high]) => [ms, [low, high] as const]));
  const marks = new Set(alarms);
  let last: number | null = null;
  const alarmHeights = times.map((ms) => {
    last = observed.get(ms) ?? last;
    return marks.has(ms) ? last : null;
  });
  return [
    times.map((ms) => ms / 1000),
    times.map((ms) => observed.get(ms)),
    times.map((ms) => bands.get(ms)?.[0] ?? null),
    times.map((ms) => bands.get(ms)?.[1] ?? null),
    alarmHeights,
  ];
}

const AHEAD = 0.6;

/** The end of the axis in seconds: the last instant, or what is expected later, at most six tenths of the span on. */
export function reach(seconds: readonly number[], until: number | undefined): number {
  const first = seconds[0] ?? 0;
  const last = seconds.at(-1) ?? 0;
  return until === undefined ? last : Math.max(last, Math.min(until / 1000, last + AHEAD * (last - first)));
}
