import { useState } from "react";
import { t } from "../../shared/i18n";
import { dayOf } from "../../shared/money";
import { ui } from "../../shared/ui/parts";
import { type Column, type FilterField, ListPage } from "../kit";
import { useRights } from "../rights";
import type { ContractLine } from "./api";
import { ContractDialog } from "./ContractDialog";

export function InForce({ yes }: { yes: boolean }) {
  return (
    <span className={`${ui.chip} ${yes ? ui.chipGood : ""}`}>
      {yes ? t("contract.inForce") : t("contract.notInForce")}
    </span>
  );
}

/** All contracts, the next to end first. */
export function ContractList() {
  const mayWrite = useRights().money;
  const [adding, setAdding] = useState(false);
  const columns: Column<ContractLine>[] = [
    {
      name: t("contract.number"),
      width: "110px",
      cell: (row) => <span className={ui.mono}>{row.number}</span>,
    },
    { name: t("contract.name"), width: "1.5fr", cell: (row) => row.name },
    { name: t("contract.customer"), width: "1.5fr", cell: (row) => row.customer_name },
    { name: t("contract.starts"), width: "110px", cell: (row) => dayOf(row.starts_on) },
    { name: t("contract.ends"), width: "110px", cell: (row) => dayOf(row.ends_on) },
    { name: t("contract.inForce"), width: "120px", cell: (row) => <InForce yes={row.in_force} /> },
  ];
  const filters: FilterField[] = [
    { kind: "pick", of: "customer", name: "customer_id", label: t("contract.customer") },
    { kind: "flag", name: "in_force", label: t("contract.onlyInForce") },
  ];
  return (
    <>
      <ListPage<ContractLine>
        label={t("view.contracts")}
        path="/api/v1/contracts"
        columns={columns}
        filters={filters}
        searched
        kind="contracts"
        nameOf={(row) => `${row.number} ${row.name}`}
        empty={t("contract.empty")}
        actions={
          mayWrite && (
            <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setAdding(true)}>
              {t("contract.new")}
            </button>
          )
        }
      />
      {adding && <ContractDialog onClose={() => setAdding(false)} />}
    </>
  );
}
