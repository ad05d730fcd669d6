import { useState } from "react";
import { t } from "../../shared/i18n";
import { addDays, dayMoment, dayOf, number } from "../../shared/time";
import { Empty, Failure, Loading, ui } from "../../shared/ui/parts";
import { Choice } from "../cases/Choice";
import { More } from "../cases/More";
import { useFilter, usePages } from "../kit";
import lists from "../lists.module.css";
import panel from "../panel.module.css";
import { narrow, select } from "../route";
import {
  type Figures,
  GROUPINGS,
  type Grouping,
  OCCURRENCES,
  type Occurrence,
  OUTCOMES,
  type Outcome,
  useReport,
} from "./api";
import css from "./maintenance.module.css";

const DAYS_BACK = 90;
const DUE: readonly Outcome[] = ["in_time", "early", "late", "overdue", "missed"];
const NAMES: Record<Grouping, string | null> = {
  plan: "maintenance_plan_id",
  site: "site_id",
  asset_class: "class_code",
  month: null,
  all: null,
};

interface Asked {
  group: Figures;
  outcomes: readonly Outcome[];
  what: string;
}
interface Period {
  start: string;
  end: string;
  by: Grouping;
}

function usePeriod(): Period {
  const filter = useFilter();
  const today = dayOf(Date.now());
  const by = GROUPINGS.find((one) => one === filter.by) ?? "plan";
  return { start: filter.start ?? addDays(today, -DAYS_BACK), end: filter.end ?? today, by };
}

function nameOf(group: Figures, by: Grouping): string {
  if (by === "all") return t("comp.by.all");
  return group.name ?? t("comp.none");
}

/** The days of a month, both ends included. */
function daysOf(month: string): { start: string; end: string } {
  const [year = 0, place = 1] = month.split("-").map(Number);
  const last = new Date(Date.UTC(year, place, 0)).getUTCDate();
  return { start: `${month}-01`, end: `${month}-${String(last).padStart(2, "0")}` };
}

/** What narrows the list to a group; a month is cut to the period. */
function within({ start, end, by }: Period, group: Figures): Record<string, string> {
  if (by === "month" && group.key) {
    const month = daysOf(group.key);
    return {
      start: month.start > start ? month.start : start,
      end: month.end < end ? month.end : end,
    };
  }
  const name = NAMES[by];
  return { start, end, ...(name && group.key ? { [name]: group.key } : {}) };
}

function Orders({ asked, period, onClose }: { asked: Asked; period: Period; onClose: () => void }) {
  const [first, ...others] = asked.outcomes;
  const path = `${OCCURRENCES}?${[first, ...others].map((one) => `outcome=${one}`).join("&")}`;
  const query = usePages<Occurrence>(path, within(period, asked.group));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const title = `${nameOf(asked.group, period.by)} · ${asked.what}`;
  return (
    <section className={css.behind} aria-label={title}>
      <header>
        <h3>{title}</h3>
        <More query={query} />
        <button type="button" className={`${ui.button} ${ui.quiet}`} onClick={onClose}>
          {t("comp.close")}
        </button>
      </header>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {rows.length > 0 && (
        <table className={ui.table} aria-label={title}>
          <thead>
            <tr>
              <th>{t("plan.order")}</th>
              <th>{t("view.plans")}</th>
              <th>{t("plan.asset")}</th>
              <th>{t("plan.dueOn")}</th>
              <th>{t("comp.window")}</th>
              <th>{t("comp.ended")}</th>
              <th>{t("comp.outcome")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <tr key={one.id}>
                <td>
                  {one.work_order_id ? (
                    <button
                      type="button"
                      className={panel.link}
                      onClick={() => select("orders", one.work_order_id ?? "")}
                    >
                      {one.work_order_number}
                    </button>
                  ) : (
                    <span className={ui.soft}>{t("comp.noOrder")}</span>
                  )}
                </td>
                <td>{one.plan_name}</td>
                <td>{one.asset_name ?? t("plan.round")}</td>
                <td>{dayMoment(one.due_at)}</td>
                <td>{dayMoment(one.window_to)}</td>
                <td>{one.ended_at ? dayMoment(one.ended_at) : t("app.none")}</td>
                <td>{t(`comp.${one.outcome}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Count({ n, label, onOpen }: { n: number; label: string; onOpen: () => void }) {
  if (n === 0) return <span className={ui.soft}>0</span>;
  return (
    <button type="button" className={panel.link} aria-label={label} onClick={onOpen}>
      {n}
    </button>
  );
}

function Row({ group, by, open }: { group: Figures; by: Grouping; open: (asked: Asked) => void }) {
  const name = nameOf(group, by);
  const cell = (outcomes: readonly Outcome[], what: string, n: number) => (
    <td key={what} className={ui.num}>
      <Count
        n={n}
        label={t("comp.listOf", { name, what, n })}
        onOpen={() => open({ group, outcomes, what })}
      />
    </td>
  );
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className={ui.num}>
        {group.share === null ? (
          t("app.none")
        ) : (
          <span className={css.share}>
            <meter min={0} max={1} value={group.share} aria-label={t("comp.share")} />
            {number(100 * group.share, 0)}%
          </span>
        )}
      </td>
      {cell(DUE, t("comp.due"), group.due)}
      {OUTCOMES.map((one) => cell([one], t(`comp.${one}`), group.counts[one]))}
    </tr>
  );
}

/** How much of what was due was done in time, and the orders behind each number. */
export function Compliance() {
  const period = usePeriod();
  const query = useReport(period);
  const [asked, setAsked] = useState<Asked | null>(null);
  const groups = query.data?.items ?? [];
  return (
    <div className={lists.page}>
      <header className={lists.bar}>
        {(["start", "end"] as const).map((name) => (
          <label key={name} className={css.inline}>
            <span>{t(`comp.${name}`)}</span>
            <input
              type="date"
              className={ui.input}
              required
              value={period[name]}
              onChange={(event) => event.target.value && narrow({ [name]: event.target.value })}
            />
          </label>
        ))}
        <Choice
          label={t("comp.by")}
          none={t("comp.by.plan")}
          value={period.by === "plan" ? "" : period.by}
          options={GROUPINGS.filter((one) => one !== "plan").map(
            (one) => [one, t(`comp.by.${one}`)] as const,
          )}
          onChange={(by) => {
            setAsked(null);
            narrow({ by });
          }}
        />
        <p className={ui.soft}>{t("comp.lead")}</p>
      </header>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && groups.length === 0 && <Empty>{t("comp.empty")}</Empty>}
      {groups.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
        <div className={css.scroll} tabIndex={0} role="region" aria-label={t("view.compliance")}>
          <table className={ui.table} aria-label={t("view.compliance")}>
            <thead>
              <tr>
                <th>{t("comp.group")}</th>
                <th className={ui.num}>{t("comp.share")}</th>
                <th className={ui.num}>{t("comp.due")}</th>
                {OUTCOMES.map((one) => (
                  <th key={one} className={ui.num}>
                    {t(`comp.${one}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {groups.map((group) => (
                <Row key={group.key ?? ""} group={group} by={period.by} open={setAsked} />
              ))}
            </tbody>
          </table>
          {asked && <Orders asked={asked} period={period} onClose={() => setAsked(null)} />}
        </div>
      )}
    </div>
  );
}
