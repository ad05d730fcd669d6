import { t } from "../../shared/i18n";
import { Failure, Loading, ui } from "../../shared/ui/parts";
import lists from "../lists.module.css";
import { select, useRoute } from "../route";
import { type Figure, useBoard } from "./api";
import { Controls } from "./Controls";
import css from "./figures.module.css";
import { Spark } from "./Trend";
import { GROUPS, type GroupName, headline, interval, titleOf } from "./words";

function Card({ figure, picked }: { figure: Figure; picked: boolean }) {
  const known = figure.value !== null;
  const text = known ? headline(figure) : t("kpi.nothing");
  return (
    <button
      type="button"
      className={`${css.card} ${picked ? css.picked : ""}`}
      aria-pressed={picked}
      onClick={() => select("kpi", figure.name)}
    >
      <span className={css.title}>{titleOf(figure)}</span>
      <span className={known ? css.value : ui.soft}>{text}</span>
      <Spark figure={figure} />
      <span className={ui.soft}>{interval(figure, figure) ?? " "}</span>
      <span className={ui.soft}>{t("kpi.n", { n: figure.n })}</span>
    </button>
  );
}

/** All figures of a period; each opens what is behind it. */
export function Kpi() {
  const query = useBoard();
  const { selection } = useRoute();
  const figures = new Map(query.data?.items.map((one) => [one.name, one]));
  return (
    <div className={lists.page}>
      <Controls trend />
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.data && (
        <div className={css.board}>
          {(Object.keys(GROUPS) as GroupName[]).map((group) => (
            <section key={group} aria-label={t(`kpi.group.${group}`)}>
              <h2>{t(`kpi.group.${group}`)}</h2>
              <div className={css.cards}>
                {GROUPS[group].flatMap((name) => {
                  const figure = figures.get(name);
                  return figure ? [<Card key={name} figure={figure} picked={selection?.id === name} />] : [];
                })}
              </div>
            </section>
          ))}
          <section>
            <h2>{t("kpi.notComputed")}</h2>
            <ul className={ui.soft}>
              {(["count_accuracy", "travel_km", "operating_hours"] as const).map(
                (name) => query.data.not_computed[name] && <li key={name}>{t(`kpi.missing.${name}`)}</li>,
              )}
            </ul>
          </section>
        </div>
      )}
    </div>
  );
}
