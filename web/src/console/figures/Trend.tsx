import { getLang, t } from "../../shared/i18n";
import { dayName } from "../../shared/time";
import { ui } from "../../shared/ui/parts";
import type { Figure, Point } from "./api";
import css from "./figures.module.css";
import { interval, valueText } from "./words";

/** Heights of points between 0 and 1; a share stands on 0 to 1, a time on 0 to the longest. */
function scaled(figure: Figure, points: readonly Point[]): readonly (number | null)[] {
  const values = points.map((one) => one.value);
  if (figure.kind === "rate" || figure.kind === "share") return values;
  const known = values.filter((one) => one !== null);
  const low = Math.min(0, ...known);
  const reach = Math.max(...known, 0) - low || 1;
  return values.map((one) => (one === null ? null : (one - low) / reach));
}

/** The trend as a line without axes; what it says stands in words beside it. */
export function Spark({ figure }: { figure: Figure }) {
  const { trend } = figure;
  if (trend.length < 2) return <span className={css.spark} />;
  const heights = scaled(figure, trend);
  const step = 100 / (trend.length - 1);
  const points = heights.flatMap((height, place) =>
    height === null ? [] : [[place * step, 26 - 24 * Math.min(1, height)] as const],
  );
  const last = points.at(-1);
  return (
    <svg className={css.spark} viewBox="-2 0 104 28" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points.map((one) => one.join(",")).join(" ")} vectorEffect="non-scaling-stroke" />
      {last && (
        <line x1={last[0]} x2={last[0]} y1={last[1] - 3} y2={last[1] + 3} vectorEffect="non-scaling-stroke" />
      )}
    </svg>
  );
}

/** The trend as bars with their intervals, and the same as a table. */
export function Trend({ figure }: { figure: Figure }) {
  const { trend } = figure;
  const heights = scaled(figure, trend);
  return (
    <div className={ui.tableWrap}>
      <table className={ui.table} lang={getLang()}>
        <thead>
          <tr>
            <th>{t("kpi.stretch")}</th>
            <th colSpan={2}>{t("kpi.value")}</th>
            <th className={ui.num}>n</th>
          </tr>
        </thead>
        <tbody>
          {trend.map((one, place) => (
            <tr key={one.start} title={interval(figure, one) ?? undefined}>
              <td>{dayName(one.start)}</td>
              <td className={ui.num}>{valueText(figure, one.value)}</td>
              <td className={css.barColumn}>
                <span
                  className={css.bar}
                  style={{ inlineSize: `${100 * Math.min(1, heights[place] ?? 0)}%` }}
                />
              </td>
              <td className={ui.num}>{one.n}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
