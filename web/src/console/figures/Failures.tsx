import { code, getLang, t } from "../../shared/i18n";
import { duration, number } from "../../shared/time";
import { Empty, Failure, Loading, ui } from "../../shared/ui/parts";
import { useFilter } from "../kit";
import lists from "../lists.module.css";
import panel from "../panel.module.css";
import { narrow, select, useRoute } from "../route";
import { type Bar, usePareto } from "./api";
import { Controls } from "./Controls";
import css from "./figures.module.css";

export const BY = ["mode", "mechanism", "cause", "activity", "class", "model"] as const;
const MEASURES = ["count", "downtime", "cost"] as const;
export type By = (typeof BY)[number];
type Measure = (typeof MEASURES)[number];
const WIDTH = 640;
const HEIGHT = 240;
const TOP = 14;

export function useMeasure(): Measure {
  return one(MEASURES, useFilter().measure, "count");
}

function one<T extends string>(known: readonly T[], value: string | undefined, usual: T): T {
  return known.find((name) => name === value) ?? usual;
}

export function useBy(): By {
  return one(BY, useFilter().by, "mode");
}

/** What a bar is called. */
export function barName(by: By, key: string, name: Bar["name"] | undefined): string {
  if (key === "unknown") return t("failures.unknown");
  if (name) return name[getLang()];
  return by === "mode" ? code("failure_group", key) : key;
}

function sizeOf(bar: Bar, measure: Measure): number {
  if (measure === "count") return bar.count;
  return measure === "downtime" ? bar.downtime_seconds : Number(bar.cost ?? 0);
}

function sizeText(bar: Bar, measure: Measure): string {
  if (measure === "count") return number(bar.count, 0);
  if (measure === "downtime") return duration(bar.downtime_seconds * 1000);
  return bar.cost === null ? t("failures.noCost") : number(Number(bar.cost), 2);
}

const percent = (share: number | null) => (share === null ? t("app.none") : `${number(100 * share, 1)} %`);

interface ChartProps {
  bars: readonly Bar[];
  measure: Measure;
  name: (bar: Bar) => string;
  label: string;
}

/** Bars from the greatest to the least, and the share that they add up to; each bar is a button. */
function Chart({ bars, measure, name, label }: ChartProps) {
  const most = Math.max(...bars.map((bar) => sizeOf(bar, measure)), 1e-9);
  const step = WIDTH / bars.length;
  const floor = HEIGHT - TOP;
  const line = bars
    .map((bar, place) => `${(place + 0.5) * step},${HEIGHT - floor * (bar.cumulative ?? 0)}`)
    .join(" ");
  const open = (bar: Bar) => select("failures", bar.key);
  return (
    <svg className={css.pareto} viewBox={`0 0 ${WIDTH} ${HEIGHT + 34}`} role="group" aria-label={label}>
      {bars.map((bar, place) => {
        const height = (floor * sizeOf(bar, measure)) / most;
        return (
          // biome-ignore lint/a11y/useSemanticElements: there is no button within a drawing
          <g
            key={bar.key}
            role="button"
            tabIndex={0}
            onClick={() => open(bar)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" && event.key !== " ") return;
              event.preventDefault();
              open(bar);
            }}
          >
            <title>
              {t("failures.bar", {
                name: name(bar),
                value: sizeText(bar, measure),
                share: percent(bar.cumulative),
              })}
            </title>
            <rect x={place * step} y={0} width={step} height={HEIGHT + 34} className={css.touch} />
            <rect
              x={place * step + step * 0.15}
              y={HEIGHT - height}
              width={step * 0.7}
              height={height}
              className={css.column}
            />
            <text x={(place + 0.5) * step} y={HEIGHT - height - 4} className={css.size}>
              {sizeText(bar, measure)}
            </text>
            <text x={(place + 0.5) * step} y={HEIGHT + 14} className={css.name}>
              {name(bar).length > step / 7
                ? `${name(bar).slice(0, Math.max(1, Math.floor(step / 7) - 1))}…`
                : name(bar)}
            </text>
          </g>
        );
      })}
      <polyline points={line} className={css.sum} />
      {bars.map((bar, place) => (
        <circle
          key={bar.key}
          cx={(place + 0.5) * step}
          cy={HEIGHT - floor * (bar.cumulative ?? 0)}
          r={3}
          className={css.dot}
        />
      ))}
      <line x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} className={css.floor} />
    </svg>
  );
}

const SHOWN = 12;

/** Failures by mode, cause, class or model, the most first; each opens its orders. */
export function Failures() {
  const by = useBy();
  const measure = useMeasure();
  const query = usePareto(by, measure);
  const { selection } = useRoute();
  const name = (bar: Bar) => barName(by, bar.key, bar.name);
  const bars = query.data?.bars ?? [];
  const left = Object.values(query.data?.excluded ?? {}).reduce((sum, n) => sum + n, 0);
  return (
    <div className={lists.page}>
      <Controls />
      <div className={css.choices}>
        <Options
          label={t("failures.by")}
          name="by"
          value={by}
          options={BY.map((one) => [one, t(`failures.by.${one}`)])}
        />
        <Options
          label={t("failures.measure")}
          name="measure"
          value={measure}
          options={MEASURES.map((one) => [one, t(`failures.measure.${one}`)])}
        />
      </div>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && bars.length === 0 && <Empty>{t("failures.empty")}</Empty>}
      {bars.length > 0 && (
        <div className={css.board}>
          <Chart
            bars={bars.slice(0, SHOWN)}
            measure={measure}
            name={name}
            label={t("failures.chart", {
              by: t(`failures.by.${by}`),
              measure: t(`failures.measure.${measure}`),
            })}
          />
          <p className={ui.soft}>{t("failures.chartHint")}</p>
          <div className={ui.tableWrap}>
            <table className={ui.table}>
              <thead>
                <tr>
                  <th>{t(`failures.by.${by}`)}</th>
                  {MEASURES.map((one) => (
                    <th key={one} className={ui.num}>
                      {t(`failures.measure.${one}`)}
                    </th>
                  ))}
                  <th className={ui.num}>{t("failures.cumulative")}</th>
                </tr>
              </thead>
              <tbody>
                {bars.map((bar) => (
                  <tr key={bar.key} className={selection?.id === bar.key ? css.picked : undefined}>
                    <td>
                      <button
                        type="button"
                        className={panel.link}
                        onClick={() => select("failures", bar.key)}
                      >
                        {name(bar)}
                      </button>
                    </td>
                    {MEASURES.map((one) => (
                      <td key={one} className={ui.num}>
                        {sizeText(bar, one)}
                      </td>
                    ))}
                    <td className={ui.num}>{percent(bar.cumulative)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {query.data && query.data.more > 0 && (
            <p className={ui.soft}>{t("failures.more", { n: query.data.more })}</p>
          )}
          {left > 0 && <p className={ui.soft}>{t("failures.excluded", { n: left })}</p>}
        </div>
      )}
    </div>
  );
}

interface OptionsProps {
  label: string;
  name: string;
  value: string;
  options: readonly (readonly [value: string, name: string])[];
}

function Options({ label, name, value, options }: OptionsProps) {
  return (
    <label className={css.day}>
      <span>{label}</span>
      <select className={ui.input} value={value} onChange={(event) => narrow({ [name]: event.target.value })}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
