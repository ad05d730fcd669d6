import { useState } from "react";
import { t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { ListPage } from "../kit";
import { useRights } from "../rights";
import { select } from "../route";
import { SITES, type Site } from "./api";
import { hoursText } from "./hours";
import { SiteDialog } from "./SiteDialog";

/** All sites, found by name or address, or by whose they are. */
export function SiteList() {
  const rights = useRights();
  const [adding, setAdding] = useState(false);
  return (
    <>
      <ListPage<Site>
        label={t("view.sites")}
        path={SITES}
        searched
        filters={[{ name: "customer_id", label: t("site.customer"), kind: "pick", of: "customer" }]}
        kind="sites"
        nameOf={(row) => row.name}
        columns={[
          { name: t("site.name"), width: "minmax(140px, 2fr)", cell: (row) => row.name },
          { name: t("site.address"), width: "minmax(180px, 3fr)", cell: (row) => row.address },
          { name: t("site.hours"), width: "minmax(140px, 2fr)", cell: (row) => hoursText(row.opening_hours) },
          { name: t("site.access"), width: "minmax(120px, 2fr)", cell: (row) => row.access_notes },
        ]}
        empty={t("site.empty")}
        actions={
          rights.customers && (
            <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setAdding(true)}>
              {t("site.new")}
            </button>
          )
        }
      />
      {adding && (
        <SiteDialog site={null} onDone={({ id }) => select("sites", id)} onClose={() => setAdding(false)} />
      )}
    </>
  );
}
