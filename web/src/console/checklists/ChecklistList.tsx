import { useState } from "react";
import { code, label, t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { type Column, type FilterField, ListPage } from "../kit";
import { useRights } from "../rights";
import { type Checklist, nameOf, PATH, stateOf } from "./api";
import { Editor } from "./Editor";

export const TONES = { draft: ui.chipWarn, published: ui.chipGood, retired: "" } as const;

/** Checklists in use, by code and version; drafts and retired ones if asked for. */
export function ChecklistList() {
  const write = useRights().checklists;
  const [writing, setWriting] = useState(false);
  const columns: Column<Checklist>[] = [
    { name: t("checklist.name"), width: "minmax(160px, 2fr)", cell: nameOf },
    {
      name: t("checklist.code"),
      width: "minmax(90px, 1fr)",
      cell: (one) => <span className={ui.mono}>{one.code}</span>,
    },
    { name: t("checklist.version"), width: "70px", cell: (one) => one.version },
    {
      name: t("checklist.state"),
      width: "90px",
      cell: (one) => (
        <span className={`${ui.chip} ${TONES[stateOf(one)]}`}>{label("checklist.state", stateOf(one))}</span>
      ),
    },
    {
      name: t("checklist.class"),
      width: "minmax(90px, 1fr)",
      cell: (one) => one.asset_class ?? t("checklist.any"),
    },
    {
      name: t("checklist.work"),
      width: "minmax(90px, 1fr)",
      cell: (one) => (one.work_type ? code("work_type", one.work_type) : t("checklist.any")),
    },
    { name: t("checklist.items"), width: "70px", cell: (one) => one.items.length },
  ];
  const filters: FilterField[] = [{ name: "all", label: t("checklist.all"), kind: "flag" }];
  return (
    <>
      <ListPage
        label={t("view.checklists")}
        path={PATH}
        columns={columns}
        filters={filters}
        queryOf={({ all }) => ({ in_use: all ? "false" : "true" })}
        kind="checklists"
        nameOf={nameOf}
        empty={t("checklist.empty")}
        actions={
          write && (
            <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setWriting(true)}>
              {t("checklist.new")}
            </button>
          )
        }
      />
      {writing && <Editor onClose={() => setWriting(false)} />}
    </>
  );
}
