import { useMemo, useState } from "react";
import type { Figures, Rate } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { number } from "../../shared/time";
import { Empty, Failure, Loading, ui } from "../../shared/ui/parts";
import lists from "../lists.module.css";
import { percent, spread } from "./figures";
import css from "./fleet.module.css";
import { PrecisionList } from "./PrecisionList";
import { type Behind, usePrecision } from "./usePrecision";

const DAY = 86_400_000;
const SPANS = [30, 90, 365];

function Share({ of }: { of: Rate | null }) {
  if (!of) return t("app.none");
  return (
    <>
      {percent(of.value)} <span className={css.note}>{spread(of)}</span>
    </>
  );
}

interface LineProps {
  figures: Figures;
  model?: string;
  group?: string;
  onOpen: (behind: Behind) => void;
}

function Line({ figures, model, group, onOpen }: LineProps) {
  const about = { model, group };
  const name = [model && code("model", model), group && code("failure_group", group)]
    .filter(Boolean)
    .join(", ");
  const figure = (what: string, count: number | string, behind: Behind) => (
    <td className={ui.num}>
      <button
        type="button"
        className={css.asLink}
        aria-label={`${what}: ${count}${name && ` (${name})`}`}
        onClick={() => onOpen(behind)}
      >
        {count}
      </button>
    </td>
  );
  const cases = (finding: string): Behind => ({ list: "cases", ...about, finding });
  const { lead_hours: lead, false_per_1000_device_days: falseRate } = figures;
  return (
    <tr className={group ? undefined : css.sum}>
      <th scope="row" className={group ? css.part : undefined}>
        {group ? code("failure_group", group) : model ? code("model", model) : t("precision.all")}
      </th>
      <td className={ui.num}>
        <Share of={figures.precision} />
      </td>
      <td className={ui.num}>
        <Share of={figures.recall} />
      </td>
      {figure(t("precision.confirmed"), figures.confirmed, cases("confirmed"))}
      {figure(t("precision.false"), figures.false, cases("no_fault_found"))}
      {figure(t("precision.other"), figures.other, cases("other"))}
      {figure(t("precision.unlabelled"), figures.unlabelled, { list: "cases", ...about, unlabelled: true })}
      {figure(t("precision.missed"), figures.missed, { list: "failures", ...about })}
      {figure(
        t("precision.lead"),
        lead === null ? t("app.none") : t("precision.hours", { n: number(lead, lead < 10 ? 1 : 0) }),
        cases("confirmed"),
      )}
      {figure(
        t("precision.rate"),
        falseRate === null ? t("app.none") : number(falseRate),
        cases("no_fault_found"),
      )}
      <td className={ui.num}>{number(figures.device_days, 0)}</td>
    </tr>
  );
}

const COLUMNS = [
  "precision.precision",
  "precision.recall",
  "precision.confirmed",
  "precision.false",
  "precision.other",
  "precision.unlabelled",
  "precision.missed",
  "precision.lead",
  "precision.rate",
  "precision.days",
] as const;

/** How good the cases were, by what engineers found; each count opens the list behind it. */
export function Precision({ models }: { models: readonly string[] }) {
  const [days, setDays] = useState(90);
  const [model, setModel] = useState("");
  const [behind, setBehind] = useState<Behind>({ list: "limits" });
  const since = useMemo(() => new Date(Math.floor(Date.now() / DAY - days) * DAY).toISOString(), [days]);
  const query = usePrecision(since, model);
  const found = query.data;
  const nothing = found && found.groups.length === 0;
  return (
    <div className={lists.page}>
      <header className={lists.bar}>
        <select
          className={ui.input}
          aria-label={t("precision.span")}
          value={days}
          onChange={(event) => setDays(Number(event.target.value))}
        >
          {SPANS.map((one) => (
            <option key={one} value={one}>
              {t("precision.lastDays", { n: one })}
            </option>
          ))}
        </select>
        <select
          className={ui.input}
          aria-label={t("device.model")}
          value={model}
          onChange={(event) => setModel(event.target.value)}
        >
          <option value="">{t("fleet.anyModel")}</option>
          {models.map((one) => (
            <option key={one} value={one}>
              {code("model", one)}
            </option>
          ))}
        </select>
        <p className={ui.soft}>{t("precision.lead1")}</p>
        <button
          type="button"
          className={ui.button}
          onClick={() => setBehind({ list: "limits", model: model || undefined })}
        >
          {t("precision.limits")}
        </button>
      </header>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {nothing && <Empty>{t("precision.empty")}</Empty>}
      {found && !nothing && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
        <div className={css.report} tabIndex={0} role="region" aria-label={t("precision.title")}>
          <table className={`${ui.table} ${css.figures}`}>
            <caption className={css.caption}>{t("precision.interval")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("case.group")}</th>
                {COLUMNS.map((one) => (
                  <th key={one} scope="col" className={ui.num}>
                    {t(one)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              <Line figures={found.total} onOpen={setBehind} />
              {found.models.flatMap((one) => [
                <Line key={one.model} figures={one} model={one.model} onOpen={setBehind} />,
                ...found.groups
                  .filter((group) => group.model === one.model)
                  .map((group) => (
                    <Line
                      key={`${one.model} ${group.failure_group}`}
                      figures={group}
                      model={one.model}
                      group={group.failure_group}
                      onOpen={setBehind}
                    />
                  )),
              ])}
            </tbody>
          </table>
        </div>
      )}
      <PrecisionList behind={behind} since={since} />
    </div>
  );
}
