import { useState } from "react";
import { t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { type Column, type FilterField, ListPage } from "../kit";
import { useRights } from "../rights";
import type { Outlet } from "./api";
import { OutletDialog } from "./OutletDialog";

export function ActiveMark({ yes }: { yes: boolean }) {
  return (
    <span className={`${ui.chip} ${yes ? ui.chipGood : ""}`}>
      {yes ? t("outlet.active") : t("outlet.inactive")}
    </span>
  );
}

/** All outlets by name. */
export function OutletList() {
  const mayWrite = useRights().money;
  const [adding, setAdding] = useState(false);
  const columns: Column<Outlet>[] = [
    { name: t("outlet.name"), width: "1.5fr", cell: (row) => row.name },
    { name: t("outlet.code"), width: "110px", cell: (row) => <span className={ui.mono}>{row.code}</span> },
    { name: t("outlet.region"), width: "1fr", cell: (row) => row.region },
    { name: t("outlet.contact"), width: "1fr", cell: (row) => row.contact_name },
    { name: t("outlet.phone"), width: "140px", cell: (row) => row.phone },
    { name: t("outlet.active"), width: "120px", cell: (row) => <ActiveMark yes={row.active} /> },
  ];
  const filters: FilterField[] = [{ kind: "flag", name: "active", label: t("outlet.onlyActive") }];
  return (
    <>
      <ListPage<Outlet>
        label={t("view.outlets")}
        path="/api/v1/outlets"
        columns={columns}
        filters={filters}
        searched
        kind="outlets"
        nameOf={(row) => row.name}
        empty={t("outlet.empty")}
        actions={
          mayWrite && (
            <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setAdding(true)}>
              {t("outlet.new")}
            </button>
          )
        }
      />
      {adding && <OutletDialog onClose={() => setAdding(false)} />}
    </>
  );
}
