import { useState } from "react";
import { t } from "../../shared/i18n";
import { dayMoment, duration } from "../../shared/time";
import { Empty, Facts, Failure, Loading, Refusal, Section, ui } from "../../shared/ui/parts";
import { ConfirmDialog } from "../ConfirmDialog";
import { More } from "../cases/More";
import { usePages } from "../kit";
import { Panel } from "../Panel";
import panel from "../panel.module.css";
import { select } from "../route";
import { useWrite } from "../useWrite";
import {
  type Action,
  actOnPlan,
  KEYS,
  type Plan,
  SUBJECTS,
  type Subject,
  useMayWrite,
  usePlan,
  usePlanPreview,
} from "./api";
import { Dates } from "./Dates";
import css from "./maintenance.module.css";
import { PlanDialog } from "./PlanDialog";
import { StateChip } from "./PlanList";
import { monthName } from "./Season";
import { reasonOf, triggersOf } from "./words";

function Actions({ plan, onEdit }: { plan: Plan; onEdit: () => void }) {
  const [asked, setAsked] = useState<Action | null>(null);
  const write = useWrite(actOnPlan, KEYS);
  const act = (action: Action) => (action === "retire" ? setAsked(action) : write.mutate({ plan, action }));
  return (
    <>
      <div className={panel.actions}>
        {plan.actions.map((action) => (
          <button
            key={action}
            type="button"
            className={`${ui.button} ${action === "activate" ? ui.primary : action === "retire" ? ui.danger : ""}`}
            disabled={write.isPending}
            onClick={() => act(action)}
          >
            {t(`plan.action.${action}`)}
          </button>
        ))}
        {plan.state !== "retired" && (
          <button type="button" className={ui.button} onClick={onEdit}>
            {t("plan.edit")}
          </button>
        )}
      </div>
      <Refusal error={write.error} />
      {asked && (
        <ConfirmDialog
          title={plan.name}
          text={t("plan.retireSure")}
          action={t("plan.action.retire")}
          danger
          busy={write.isPending}
          error={write.error}
          onConfirm={() => {
            write.mutate({ plan, action: asked });
            setAsked(null);
          }}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

function SubjectRow({ one, levels }: { one: Subject; levels: Plan["levels"] }) {
  const level = levels.find((row) => row.every === one.level)?.name;
  return (
    <li className={css.subject}>
      <div>
        <strong>{one.asset_name ?? t("plan.round")}</strong> <span className={ui.soft}>{one.asset_no}</span>
        <div className={ui.soft}>
          {[
            level,
            t("plan.done", { n: one.number - one.missed }),
            one.missed > 0 ? t("plan.missed", { n: one.missed }) : "",
          ]
            .filter(Boolean)
            .join(" · ")}
        </div>
      </div>
      <div>
        <div>
          {one.due_at ? <time dateTime={one.due_at}>{dayMoment(one.due_at)}</time> : t("app.none")}{" "}
          {one.overdue && <span className={`${ui.chip} ${ui.chipBad}`}>{t("plan.overdue")}</span>}
        </div>
        <div className={ui.soft}>{reasonOf(one.due_at, one.parts)}</div>
      </div>
      <div>
        {one.work_order_id && (
          <button
            type="button"
            className={panel.link}
            onClick={() => select("orders", one.work_order_id ?? "")}
          >
            {one.work_order_number}
          </button>
        )}
      </div>
    </li>
  );
}

function Subjects({ plan }: { plan: Plan }) {
  const query = usePages<Subject>(SUBJECTS, { maintenance_plan_id: plan.id }, 50);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title={t("plan.subjects")} aside={<More query={query} />}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <Empty>{t("plan.subjectsEmpty")}</Empty>}
      <ul className={css.subjects}>
        {rows.map((one) => (
          <SubjectRow key={one.id} one={one} levels={plan.levels} />
        ))}
      </ul>
    </Section>
  );
}

function What({ plan }: { plan: Plan }) {
  return (
    <Section title={t("plan.when")}>
      <Facts
        rows={[
          [t("plan.scope"), plan.scope],
          [t("plan.when"), triggersOf(plan)],
          [t("plan.anchor"), t(`plan.anchor.${plan.anchor}`)],
          [t("plan.startsOn"), plan.starts_on],
          [t("plan.season").replace(/[（(].*/, ""), plan.season.map(monthName).join(", ")],
          [t("plan.tolerance"), plan.tolerance_days],
          [t("plan.lead"), plan.lead_days],
          [t("plan.summary"), plan.summary],
          [t("plan.skill"), `${plan.skill} ${plan.skill_level}`],
          [t("plan.signature"), t(plan.signature_required ? "app.yes" : "app.no")],
          [
            t("plan.levels"),
            plan.levels
              .map((level) =>
                [
                  level.name,
                  level.every > 1 ? `1/${level.every}` : "",
                  duration(60_000 * level.duration_minutes),
                  level.checklist_code ?? "",
                ]
                  .filter(Boolean)
                  .join(" "),
              )
              .join("; "),
          ],
        ]}
      />
    </Section>
  );
}

function Whole({ plan }: { plan: Plan }) {
  const [editing, setEditing] = useState(false);
  const mayWrite = useMayWrite();
  const preview = usePlanPreview(plan.id, plan.version);
  return (
    <>
      {mayWrite && <Actions plan={plan} onEdit={() => setEditing(true)} />}
      <What plan={plan} />
      <Section title={t("plan.preview")}>
        <Dates query={preview} levels={plan.levels} asked />
      </Section>
      <Subjects plan={plan} />
      {editing && <PlanDialog known={plan} onClose={() => setEditing(false)} />}
    </>
  );
}

/** One plan: what it says, what comes next, and how its assets stand. */
export function PlanPanel({ id }: { id: string }) {
  const query = usePlan(id);
  const plan = query.data;
  return (
    <Panel
      title={plan?.name ?? t("view.plans")}
      lead={
        plan && (
          <span className={ui.soft}>
            <StateChip state={plan.state} /> {t("plan.version", { n: plan.version })}
          </span>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {plan && <Whole plan={plan} />}
    </Panel>
  );
}
