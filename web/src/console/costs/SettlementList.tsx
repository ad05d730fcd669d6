import { useState } from "react";
import { post } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { dayOf, money } from "../../shared/money";
import { Refusal, ui } from "../../shared/ui/parts";
import css from "../contracts/contracts.module.css";
import { type Column, Fields, type FilterField, ListPage, type Values } from "../kit";
import { Modal } from "../Modal";
import { useRights } from "../rights";
import { select } from "../route";
import { useWrite } from "../useWrite";
import { PARTIES, type Settlement, type Trial } from "./api";

function lastMonth(): { starts_on: string; ends_on: string } {
  const now = new Date();
  const first = new Date(Date.UTC(now.getFullYear(), now.getMonth() - 1, 1));
  const last = new Date(Date.UTC(now.getFullYear(), now.getMonth(), 0));
  return { starts_on: first.toISOString().slice(0, 10), ends_on: last.toISOString().slice(0, 10) };
}

function bodyOf({ party, starts_on, ends_on, customer_id, outlet_id }: Values) {
  return {
    party,
    starts_on,
    ends_on,
    ...(party === "customer" && customer_id ? { customer_id } : {}),
    ...(party === "outlet" && outlet_id ? { outlet_id } : {}),
  };
}

/** A period is tried first, then settled. */
function Run({ onClose }: { onClose: () => void }) {
  const [values, setValues] = useState<Values>({ party: "customer", ...lastMonth() });
  const trial = useWrite((body: Values) => post<Trial>("/api/v1/settlement-trials", body), []);
  const settle = useWrite(
    (body: Values) => post<Settlement>("/api/v1/settlements", body),
    [["/api/v1/settlements"]],
    (made) => {
      select("settlements", made.id);
      onClose();
    },
  );
  const change = (next: Values) => {
    setValues(next);
    trial.reset();
    settle.reset();
  };
  const due = trial.data;
  return (
    <Modal title={t("settle.title")} onClose={onClose}>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          if (due && due.line_count > 0) settle.mutate(bodyOf(values));
          else trial.mutate(bodyOf(values));
        }}
      >
        <p className={ui.soft}>{t("settle.lead")}</p>
        <Fields
          fields={[
            {
              kind: "choice",
              name: "party",
              label: t("settle.party"),
              required: true,
              across: true,
              options: PARTIES.map((party) => [party, t(`settle.party.${party}`)]),
            },
            { kind: "date", name: "starts_on", label: t("contract.starts"), required: true },
            { kind: "date", name: "ends_on", label: t("contract.ends"), required: true },
            {
              kind: "pick",
              of: "customer",
              name: "customer_id",
              label: t("settle.customer"),
              shown: ({ party }) => party === "customer",
            },
            {
              kind: "pick",
              of: "outlet",
              name: "outlet_id",
              label: t("settle.outlet"),
              shown: ({ party }) => party === "outlet",
            },
          ]}
          values={values}
          onChange={change}
          error={trial.error ?? settle.error}
        />
        {due && (
          <p role="status">
            {due.line_count === 0
              ? t("settle.nothing")
              : t("settle.would", {
                  n: due.line_count,
                  adjusted: due.adjustment_count,
                  total: money(due.total, due.currency),
                })}
          </p>
        )}
        <Refusal error={trial.error ?? settle.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.primary}`}
            disabled={trial.isPending || settle.isPending || due?.line_count === 0}
          >
            {due && due.line_count > 0 ? t("settle.settle") : t("settle.try")}
          </button>
        </div>
      </form>
    </Modal>
  );
}

/** All settlements, the latest first. */
export function SettlementList() {
  const mayRun = useRights().money;
  const [running, setRunning] = useState(false);
  const columns: Column<Settlement>[] = [
    {
      name: t("settle.number"),
      width: "130px",
      cell: (row) => <span className={ui.mono}>{row.number}</span>,
    },
    { name: t("settle.party"), width: "1fr", cell: (row) => t(`settle.party.${row.party}`) },
    {
      name: t("settle.period"),
      width: "1.5fr",
      cell: (row) => t("contract.period", { from: dayOf(row.starts_on), to: dayOf(row.ends_on) }),
    },
    {
      name: t("settle.lines"),
      width: "90px",
      cell: (row) => <span className={ui.num}>{row.line_count}</span>,
    },
    {
      name: t("settle.total"),
      width: "140px",
      cell: (row) => <span className={`${ui.num} ${css.right}`}>{money(row.total, row.currency)}</span>,
    },
  ];
  const filters: FilterField[] = [
    {
      name: "party",
      label: t("settle.party"),
      none: t("settle.anyParty"),
      options: PARTIES.map((party) => [party, t(`settle.party.${party}`)] as const),
    },
  ];
  return (
    <>
      <ListPage<Settlement>
        label={t("view.settlements")}
        path="/api/v1/settlements"
        columns={columns}
        filters={filters}
        kind="settlements"
        nameOf={(row) => row.number}
        empty={t("settle.empty")}
        actions={
          mayRun && (
            <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setRunning(true)}>
              {t("settle.run")}
            </button>
          )
        }
      />
      {running && <Run onClose={() => setRunning(false)} />}
    </>
  );
}
