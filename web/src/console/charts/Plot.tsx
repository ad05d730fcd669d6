import "uplot/dist/uPlot.min.css";
import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import { useLang } from "../../shared/i18n";
import { tokenColour, useDark } from "../../shared/theme";
import { clock, dayMoment, dayOf, moment, number } from "../../shared/time";
import { align } from "./align";
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
      { ...axis, space: oneDay ? 50 : 92, values: (_, ticks) => ticks.map(text) },
      { ...axis, size: 46, values: (_, ticks) => ticks.map((tick) => number(tick, 2)) },
    ],
    series: [
      {},
      { stroke: line, width: 1.6, spanGaps: false, points: { show: false } },
      { stroke: band, width: 0.8, dash: [4, 3], spanGaps: true, points: { show: false } },
      { stroke: band, width: 0.8, dash: [4, 3], spanGaps: true, points: { show: false } },
      {
        stroke: alarm,
        paths: () => null,
        points: { show: true, size: 8, width: 2, fill: tokenColour("surface"), stroke: alarm },
      },
    ],
    bands: [{ series: [3, 2], fill: band?.replace("rgb(", "rgba(").replace(")", ", 0.14)") ?? "" }],
  };
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
    settings.hooks = {
      setCursor: [
        (plot) => {
          const at = plot.cursor.idx;
          const value = at === null || at === undefined ? null : columns[1]?.[at];
          const time = columns[0][at ?? -1];
          if (!readout.current) return;
          readout.current.textContent =
            value === null || value === undefined || time === undefined
              ? ""
              : `${moment(time * 1000)}  ${number(value)}`;
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
  }, [columns, height, dark, lang]);

  return (
    <>
      <div ref={holder} />
      <p ref={readout} className={css.readout} />
    </>
  );
}
