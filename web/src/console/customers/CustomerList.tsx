import { useState } from "react";
import { t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { ExportLinks, ImportDialog, ListPage, useFilter } from "../kit";
import { useRights } from "../rights";
import { select } from "../route";
import { CUSTOMERS, type Customer, SITES } from "./api";
import { CustomerDialog } from "./CustomerDialog";

const TABLES = ["customers", "contacts", "sites"] as const;
type Table = (typeof TABLES)[number];
const TIERS = ["gold", "silver", "bronze"];

function tableOf(table: Table): string {
  return `${CUSTOMERS}/tables/${table}`;
}

/** All customers, found by name, number or phone. */
export function CustomerList() {
  const rights = useRights();
  const { tier } = useFilter();
  const [open, setOpen] = useState<"new" | "import" | null>(null);
  const [table, setTable] = useState<Table>("customers");
  const tiers = tier && !TIERS.includes(tier) ? [...TIERS, tier] : TIERS;
  return (
    <>
      <ListPage<Customer>
        label={t("view.customers")}
        path={CUSTOMERS}
        searched
        filters={[
          {
            name: "tier",
            label: t("customer.tier"),
            none: t("customer.tier"),
            options: tiers.map((one) => [one, one] as const),
          },
        ]}
        kind="customers"
        nameOf={(row) => row.name}
        columns={[
          { name: t("customer.name"), width: "minmax(160px, 3fr)", cell: (row) => row.name },
          {
            name: t("customer.number"),
            width: "150px",
            cell: (row) => <span className={ui.mono}>{row.number}</span>,
          },
          { name: t("customer.tier"), width: "90px", cell: (row) => row.tier },
          { name: t("customer.phone"), width: "150px", cell: (row) => row.phone },
          { name: t("customer.email"), width: "minmax(120px, 2fr)", cell: (row) => row.email },
        ]}
        empty={t("customer.empty")}
        actions={
          <>
            {rights.exchange && (
              <>
                <select
                  className={ui.input}
                  aria-label={t("customer.importWhat")}
                  value={table}
                  onChange={(event) => setTable(event.target.value as Table)}
                >
                  {TABLES.map((one) => (
                    <option key={one} value={one}>
                      {t(`customer.table.${one}`)}
                    </option>
                  ))}
                </select>
                <ExportLinks path={tableOf(table)} />
                <button type="button" className={ui.button} onClick={() => setOpen("import")}>
                  {t("customer.import")}
                </button>
              </>
            )}
            {rights.customers && (
              <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setOpen("new")}>
                {t("customer.new")}
              </button>
            )}
          </>
        }
      />
      {open === "new" && (
        <CustomerDialog
          customer={null}
          onDone={({ id }) => select("customers", id)}
          onClose={() => setOpen(null)}
        />
      )}
      {open === "import" && (
        <ImportDialog
          title={t("customer.importOf", { what: t(`customer.table.${table}`) })}
          path={tableOf(table)}
          keys={[[CUSTOMERS], [SITES]]}
          lead={t("customer.importLead")}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
