import { useState } from "react";
import { t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { type Column, ListPage } from "../kit";
import { useRights } from "../rights";
import type { PriceLine } from "./api";
import { PriceDialog } from "./PriceDialog";

/** All price lists by name. */
export function PriceLists() {
  const mayWrite = useRights().money;
  const [edited, setEdited] = useState<string | "new" | null>(null);
  const columns: Column<PriceLine>[] = [
    { name: t("prices.name"), width: "1.5fr", cell: (row) => row.name },
    { name: t("prices.code"), width: "130px", cell: (row) => <span className={ui.mono}>{row.code}</span> },
    { name: t("prices.purpose"), width: "1.5fr", cell: (row) => t(`prices.purpose.${row.purpose}`) },
    {
      name: t("money.edit"),
      width: "150px",
      cell: (row) =>
        mayWrite ? (
          <button
            type="button"
            className={ui.button}
            aria-label={`${t("money.edit")} · ${t("money.version", { n: row.version })} · ${row.name}`}
            onClick={() => setEdited(row.id)}
          >
            {t("money.edit")} · {t("money.version", { n: row.version })}
          </button>
        ) : (
          t("money.version", { n: row.version })
        ),
    },
  ];
  return (
    <>
      <ListPage<PriceLine>
        label={t("view.prices")}
        path="/api/v1/price-lists"
        columns={columns}
        empty={t("prices.empty")}
        actions={
          mayWrite && (
            <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setEdited("new")}>
              {t("prices.new")}
            </button>
          )
        }
      />
      {edited && <PriceDialog id={edited === "new" ? null : edited} onClose={() => setEdited(null)} />}
    </>
  );
}
