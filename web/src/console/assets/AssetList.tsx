import { useState } from "react";
import { code, getLang, t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { type Column, ExportLinks, type FilterField, ImportDialog, ListPage } from "../kit";
import { useRights } from "../rights";
import { AssetDialog } from "./AssetDialog";
import { ASSETS, type Asset, CRITICALITIES, STATES, stateName, useClasses } from "./api";
import { BulkDialog } from "./BulkDialog";
import { LabelDialog } from "./LabelDialog";
import { StateChip } from "./StateChip";

const COLUMNS = (): Column<Asset>[] => [
  { name: t("asset.number"), width: "132px", cell: (row) => row.asset_no },
  { name: t("asset.name"), width: "minmax(140px, 2fr)", cell: (row) => row.name },
  { name: t("asset.state"), width: "112px", cell: (row) => <StateChip state={row.state} /> },
  { name: t("asset.criticality"), width: "64px", cell: (row) => row.criticality },
  { name: t("asset.class"), width: "minmax(80px, 1fr)", cell: (row) => code("model", row.class_code) },
  { name: t("asset.site"), width: "minmax(90px, 1fr)", cell: (row) => row.site_name },
  { name: t("asset.customer"), width: "minmax(90px, 1fr)", cell: (row) => row.customer_name },
  { name: t("asset.model"), width: "minmax(80px, 1fr)", cell: (row) => row.model || t("app.none") },
];

type Open = "add" | "import" | "readings" | null;

/** All assets, narrowed by the server; ticked ones are changed or labelled together. */
export function AssetList() {
  const rights = useRights();
  const classes = useClasses().data?.items ?? [];
  const [open, setOpen] = useState<Open>(null);
  const [bulk, setBulk] = useState<{ rows: readonly Asset[]; what: "change" | "label" } | null>(null);
  const close = () => setOpen(null);
  const filters: FilterField[] = [
    {
      name: "class_code",
      label: t("asset.class"),
      none: t("asset.anyClass"),
      options: classes.map((one) => [one.code, getLang() === "zh" ? one.name_zh : one.name_en] as const),
    },
    { kind: "pick", name: "site_id", label: t("asset.site"), of: "site" },
    { kind: "pick", name: "customer_id", label: t("asset.customer"), of: "customer" },
    {
      name: "criticality",
      label: t("asset.criticality"),
      none: t("asset.anyCriticality"),
      options: CRITICALITIES.map((one) => [one, one] as const),
    },
    {
      name: "state",
      label: t("asset.state"),
      none: t("asset.anyState"),
      options: STATES.map((one) => [one, stateName(one)] as const),
    },
  ];
  return (
    <>
      <ListPage<Asset>
        label={t("asset.list")}
        path={ASSETS}
        columns={COLUMNS()}
        filters={filters}
        searched
        kind="assets"
        nameOf={(row) => `${row.asset_no} ${row.name}`}
        empty={t("asset.empty")}
        actions={
          rights.assets && (
            <>
              <ExportLinks path={`${ASSETS}/tables/assets`} />
              <button type="button" className={ui.button} onClick={() => setOpen("import")}>
                {t("asset.import")}
              </button>
              <button type="button" className={ui.button} onClick={() => setOpen("readings")}>
                {t("asset.importReadings")}
              </button>
              <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setOpen("add")}>
                {t("asset.add")}
              </button>
            </>
          )
        }
        {...(rights.assets
          ? {
              bulk: (rows: readonly Asset[]) => (
                <>
                  <button
                    type="button"
                    className={ui.button}
                    onClick={() => setBulk({ rows, what: "change" })}
                  >
                    {t("asset.bulk")}
                  </button>
                  <button
                    type="button"
                    className={ui.button}
                    onClick={() => setBulk({ rows, what: "label" })}
                  >
                    {t("asset.print")}
                  </button>
                </>
              ),
            }
          : {})}
      />
      {open === "add" && <AssetDialog onClose={close} />}
      {open === "import" && (
        <ImportDialog
          title={t("asset.importTitle")}
          path={`${ASSETS}/tables/assets`}
          keys={[[ASSETS], ["asset"]]}
          onClose={close}
        />
      )}
      {open === "readings" && (
        <ImportDialog
          title={t("asset.importReadings")}
          path={`${ASSETS}/tables/readings`}
          keys={[["asset"]]}
          onClose={close}
        />
      )}
      {bulk?.what === "change" && <BulkDialog rows={bulk.rows} onClose={() => setBulk(null)} />}
      {bulk?.what === "label" && <LabelDialog rows={bulk.rows} onClose={() => setBulk(null)} />}
    </>
  );
}
