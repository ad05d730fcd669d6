import type { Forecast } from "../../shared/api/cases";
import { code, label, t } from "../../shared/i18n";
import { dayMoment, number } from "../../shared/time";
import { Section, ui } from "../../shared/ui/parts";
import css from "./cases.module.css";

const WIDTH = 360;
const HEIGHT = 96;
const ROWS = 8;

/** The band and the likely line, without axes: the table beside it has the numbers. */
function Band({ points }: { points: Forecast["points"] }) {
  const low = Math.min(...points.map((one) => one[1]));
  const high = Math.max(...points.map((one) => one[3]));
  const x = (place: number) => (WIDTH * place) / Math.max(points.length - 1, 1);
  const y = (value: number) => HEIGHT - 4 - ((HEIGHT - 8) * (value - low)) / (high - low || 1);
  const upper = points.map((one, place) => `${x(place)},${y(one[3])}`);
  const lower = points.map((one, place) => `${x(place)},${y(one[1])}`).reverse();
  return (
    <svg className={css.forecast} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <polygon points={[...upper, ...lower].join(" ")} />
      <polyline points={points.map((one, place) => `${x(place)},${y(one[2])}`).join(" ")} />
    </svg>
  );
}

/** Where the leading metric will probably go in the coming days, or why nobody can tell. */
export function CaseForecast({ forecast }: { forecast: Forecast }) {
  const { points } = forecast;
  const every = Math.max(1, Math.ceil(points.length / ROWS));
  const shown = points.filter((_, place) => place % every === 0 || place === points.length - 1);
  const name = code("metric", forecast.metric);
  return (
    <Section title={t("cases.forecast", { metric: name })}>
      <p className={ui.soft}>
        {forecast.method === null || points.length === 0
          ? t("cases.noForecast", { why: label("cases.noForecast", forecast.note) })
          : t("cases.forecastBy", {
              method: label("cases.method", forecast.method),
              at: dayMoment(forecast.made_at),
            })}
      </p>
      {points.length > 0 && (
        <>
          <Band points={points} />
          <div className={ui.tableWrap}>
            <table className={ui.table} aria-label={t("cases.forecast", { metric: name })}>
              <thead>
                <tr>
                  <th>{t("kpi.at")}</th>
                  <th className={ui.num}>{t("cases.low")}</th>
                  <th className={ui.num}>{t("cases.likely")}</th>
                  <th className={ui.num}>{t("cases.high")}</th>
                </tr>
              </thead>
              <tbody>
                {shown.map(([at, low, likely, high]) => (
                  <tr key={at}>
                    <td>{dayMoment(at)}</td>
                    {[low, likely, high].map((value, place) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: always the same three
                      <td key={place} className={ui.num}>
                        {number(value, 2)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Section>
  );
}
