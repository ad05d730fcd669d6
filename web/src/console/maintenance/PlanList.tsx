import { useState } from "react";
import { t } from "../../shared/i18n";
import { dayOf } from "../../shared/time";
import { ui } from "../../shared/ui/parts";
import { type Column, ListPage } from "../kit";
import { select } from "../route";
import { PLANS, type Plan, STATES, useMayWrite } from "./api";
import css from "./maintenance.module.css";
import { PlanDialog } from "./PlanDialog";
import { triggersOf } from "./words";

const TONES = { draft: "", active: ui.chipGood, paused: ui.chipWarn, retired: "" } as const;

export function StateChip({ state }: { state: Plan["state"] }) {
  return <span className={`${ui.chip} ${TONES[state]}`}>{t(`plan.state.${state}`)}</span>;
}

/** What is maintained when. */
export function PlanList() {
  const mayWrite = useMayWrite();
  const [writing, setWriting] = useState(false);
  const columns: Column<Plan>[] = [
    { name: t("plan.name"), width: "minmax(150px, 1.4fr)", cell: (one) => one.name },
    { name: t("plan.scope"), width: "minmax(120px, 1.2fr)", cell: (one) => one.scope },
    { name: t("plan.when"), width: "minmax(180px, 1.8fr)", cell: triggersOf },
    { name: t("plan.state"), width: "88px", cell: (one) => <StateChip state={one.state} /> },
    {
      name: t("plan.next"),
      width: "104px",
      cell: (one) => (one.next_due_at ? dayOf(one.next_due_at) : t("app.none")),
    },
    {
      name: t("plan.assets"),
      width: "76px",
      cell: (one) => <span className={css.count}>{one.subject_count}</span>,
    },
    {
      name: t("plan.open"),
      width: "96px",
      cell: (one) => <span className={css.count}>{one.open_count}</span>,
    },
  ];
  return (
    <>
      <ListPage<Plan>
        label={t("view.plans")}
        path={PLANS}
        columns={columns}
        filters={[
          {
            name: "state",
            label: t("plan.state"),
            none: t("plan.states"),
            options: STATES.map((one) => [one, t(`plan.state.${one}`)] as const),
          },
        ]}
        searched
        kind="plans"
        nameOf={(one) => one.name}
        empty={t("plan.empty")}
        actions={
          mayWrite && (
            <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setWriting(true)}>
              {t("plan.new")}
            </button>
          )
        }
      />
      {writing && (
        <PlanDialog
          known={null}
          onDone={(plan) => select("plans", plan.id)}
          onClose={() => setWriting(false)}
        />
      )}
    </>
  );
}
