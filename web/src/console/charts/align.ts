/** Points, band and alarms on one shared time axis, as uPlot wants them. */
import type { ChartData } from "./Chart";

/** null breaks the line; undefined is an instant of another column, which the line passes over. */
type Column = (number | null | undefined)[];

type Span = readonly (readonly [ms: number, low: number, high: number])[];

function byInstant(span: Span): Map<number, readonly [low: number, high: number]> {
  return new Map(span.map(([ms, low, high]) => [ms, [low, high]]));
}

/** Seconds, lowest, highest, observed, low, high, alarm height; an alarm sits on the value nearest before it. */
export function align({
  points,
  band,
  alarms,
  envelope = [],
}: Pick<ChartData, "points" | "band" | "alarms" | "envelope">): [number[], ...Column[]] {
  const instants = [points, band, envelope].flatMap((rows) => rows.map(([ms]) => ms));
  const times = [...new Set([...instants, ...alarms])].sort((a, b) => a - b);
  const observed = new Map(points);
  const [bands, reached] = [byInstant(band), byInstant(envelope)];
  const marks = new Set(alarms);
  let last: number | null = null;
  const alarmHeights = times.map((ms) => {
    last = observed.get(ms) ?? last;
    return marks.has(ms) ? last : null;
  });
  return [
    times.map((ms) => ms / 1000),
    // Like the line: a gap breaks the area, an instant of another column alone does not.
    times.map((ms) => (observed.get(ms) === null ? null : reached.get(ms)?.[0])),
    times.map((ms) => (observed.get(ms) === null ? null : reached.get(ms)?.[1])),
    times.map((ms) => observed.get(ms)),
    times.map((ms) => bands.get(ms)?.[0] ?? null),
    times.map((ms) => bands.get(ms)?.[1] ?? null),
    alarmHeights,
  ];
}

type Points = ChartData["points"];

/** The points of steps with a null where more than one step has none, so that a silence is no straight line. */
export function withGaps(points: Points, stepSeconds: number | null): Points {
  if (stepSeconds === null) return points;
  const step = stepSeconds * 1000;
  return points.flatMap(([ms, value], at) => {
    const before = points[at - 1]?.[0];
    const gap = before !== undefined && ms - before > 2 * step;
    return gap
      ? ([
          [before + step, null],
          [ms, value],
        ] as const)
      : ([[ms, value]] as const);
  });
}

const AHEAD = 0.6;

/** The end of the axis in seconds: the last instant, or what is expected later, at most six tenths of the span on. */
export function reach(seconds: readonly number[], until: number | undefined): number {
  const first = seconds[0] ?? 0;
  const last = seconds.at(-1) ?? 0;
  return until === undefined ? last : Math.max(last, Math.min(until / 1000, last + AHEAD * (last - first)));
}

const NEAR = 4;

/** The axis from `min` to `max` with the limits in it, but for those so far off that the line would be flat. */
export function withLimits(min: number, max: number, limits: readonly number[]): [low: number, high: number] {
  const room = NEAR * (max - min || Math.abs(max) || 1);
  const near = limits.filter((one) => one >= min - room && one <= max + room);
  return [Math.min(min, ...near), Math.max(max, ...near)];
}
