import { useState } from "react";
import { getLang, t } from "../../shared/i18n";
import { number } from "../../shared/time";
import { Facts, Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { Panel } from "../Panel";
import { type Fact, type Figure, useBehind, useFigure } from "./api";
import { FactList } from "./FactList";
import css from "./figures.module.css";
import { Trend } from "./Trend";
import { headline, reasonText, titleOf, valueText } from "./words";

type Only = "counted" | "hit" | "missed" | "excluded";
interface Chosen {
  only: Only;
  reason: string;
}

function Counts({
  title,
  counts,
  pick,
}: {
  title: string;
  counts: Readonly<Record<string, number>>;
  pick: (reason: string) => void;
}) {
  const rows = Object.entries(counts);
  if (rows.length === 0) return null;
  return (
    <Section title={title}>
      <div className={css.counts}>
        {rows.map(([reason, n]) => (
          <button key={reason} type="button" className={ui.button} onClick={() => pick(reason)}>
            {reasonText(reason)} <strong>{n}</strong>
          </button>
        ))}
      </div>
    </Section>
  );
}

function rowValue(figure: Figure): ((fact: Fact) => string) | undefined {
  if (figure.kind === "duration" || figure.name === "mtbf") return (fact) => valueText(figure, fact.value);
  if (figure.kind !== "share") return undefined;
  return (fact) =>
    fact.weight ? valueText(figure, (fact.value ?? 0) / fact.weight) : number((fact.value ?? 0) / 60, 0);
}

function Numbers({ figure }: { figure: Figure }) {
  const range =
    figure.low === null || figure.high === null
      ? null
      : `${valueText(figure, figure.low)} – ${valueText(figure, figure.high)}`;
  return (
    <Facts
      rows={[
        [t("kpi.value"), headline(figure)],
        [t("kpi.intervalName"), range],
        [t("kpi.count"), figure.n],
        [t("kpi.hits"), figure.hits],
        [t("kpi.mean"), figure.mean === null ? null : valueText(figure, figure.mean)],
        [t("kpi.p90"), figure.p90 === null ? null : valueText(figure, figure.p90)],
        [t("kpi.meaning"), figure.meaning[getLang()]],
      ]}
    />
  );
}

/** One figure: what it means, how sure it is, its trend, and the orders behind it. */
export function KpiPanel({ id }: { id: string }) {
  const query = useFigure(id);
  const [{ only, reason }, setChosen] = useState<Chosen>({ only: "counted", reason: "" });
  const behind = useBehind(id, only, reason);
  const figure = query.data;
  if (!figure) {
    return (
      <Panel title={t("view.kpi")}>
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Panel>
    );
  }
  const split = figure.hits !== null;
  const offered: readonly Only[] = split ? ["counted", "hit", "missed", "excluded"] : ["counted", "excluded"];
  return (
    <Panel title={titleOf(figure)}>
      <Numbers figure={figure} />
      {figure.not_applied.length > 0 && (
        <p className={`${ui.soft} ${css.note}`}>
          {t("kpi.notApplied", { names: figure.not_applied.join(", ") })}
        </p>
      )}
      {figure.trend.length > 0 && (
        <Section title={t("kpi.trend")}>
          <Trend figure={figure} />
        </Section>
      )}
      <Counts
        title={t("kpi.reasons")}
        counts={figure.reasons}
        pick={(one) => setChosen({ only: "counted", reason: one })}
      />
      <Counts
        title={t("kpi.excluded")}
        counts={figure.excluded}
        pick={(one) => setChosen({ only: "excluded", reason: one })}
      />
      <Section
        title={t("kpi.behind")}
        aside={
          <select
            className={ui.input}
            aria-label={t("kpi.only")}
            value={only}
            onChange={(event) => setChosen({ only: event.target.value as Only, reason: "" })}
          >
            {offered.map((one) => (
              <option key={one} value={one}>
                {t(`kpi.only.${one}`)}
              </option>
            ))}
          </select>
        }
      >
        {reason && (
          <p className={css.note}>
            {t("kpi.withReason", { reason: reasonText(reason) })}{" "}
            <button type="button" className={ui.button} onClick={() => setChosen({ only, reason: "" })}>
              {t("kpi.allReasons")}
            </button>
          </p>
        )}
        <FactList query={behind} reasonOf={reasonText} ownValue={rowValue(figure)} />
      </Section>
    </Panel>
  );
}
