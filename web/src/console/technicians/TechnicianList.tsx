import { useState } from "react";
import { code, t } from "../../shared/i18n";
import { codes } from "../../shared/i18n/codes";
import { useWorld } from "../../shared/live/store";
import { dayOf } from "../../shared/time";
import { StateLabel, ui } from "../../shared/ui/parts";
import { ExportLinks, ImportDialog, ListPage } from "../kit";
import { useRights } from "../rights";
import { select } from "../route";
import { daysBetween, type Skill, TECHNICIANS, type Technician } from "./api";
import { TechnicianDialog } from "./TechnicianDialog";

const TABLES = ["technicians", "skills"] as const;
type Table = (typeof TABLES)[number];
const SOON = 30;

function tableOf(table: Table): string {
  return `/api/v1/technicians-tables/${table}`;
}

/** The certificate that ends next, if that is soon or past. */
export function ExpiryChip({ skills }: { skills: readonly Skill[] }) {
  const today = dayOf(Date.now());
  const next = skills
    .filter((one) => one.expires_on !== null)
    .sort((a, b) => String(a.expires_on).localeCompare(String(b.expires_on)))[0];
  if (!next?.expires_on) return null;
  const left = daysBetween(today, next.expires_on);
  if (left > SOON) return <span className={ui.soft}>{next.expires_on}</span>;
  return (
    <span className={`${ui.chip} ${left < 0 ? ui.chipBad : ui.chipWarn}`}>
      {code("skill", next.skill)} · {left < 0 ? t("skill.expired") : t("skill.daysLeft", { n: left })}
    </span>
  );
}

/** Everybody who does visits: what they can do, what they are at, which certificate ends next. */
export function TechnicianList() {
  const rights = useRights();
  const world = useWorld();
  const [open, setOpen] = useState<"new" | "import" | null>(null);
  const [table, setTable] = useState<Table>("technicians");
  return (
    <>
      <ListPage<Technician>
        label={t("view.technicians")}
        path={TECHNICIANS}
        searched
        filters={[
          {
            name: "active",
            label: t("person.active"),
            none: t("person.everyone"),
            options: [
              ["true", t("person.onlyActive")],
              ["false", t("person.onlyInactive")],
            ],
          },
          {
            name: "skill",
            label: t("skill.name"),
            none: t("skill.name"),
            options: Object.keys(codes.skill ?? {}).map((one) => [one, code("skill", one)] as const),
          },
        ]}
        kind="technicians"
        nameOf={(row) => row.name}
        columns={[
          { name: t("person.name"), width: "minmax(110px, 1fr)", cell: (row) => row.name },
          {
            name: t("person.number"),
            width: "100px",
            cell: (row) => <span className={ui.mono}>{row.number}</span>,
          },
          {
            name: t("person.state"),
            width: "120px",
            cell: (row) => {
              const state = world?.techs.get(row.id)?.state;
              if (!row.active) return <span className={ui.soft}>{t("person.inactive")}</span>;
              return state ? <StateLabel kind="tech" state={state} /> : null;
            },
          },
          {
            name: t("technician.skills"),
            width: "minmax(180px, 2fr)",
            cell: (row) => row.skills.map((one) => `${code("skill", one.skill)} ${one.level}`).join(", "),
          },
          {
            name: t("skill.certificate"),
            width: "minmax(130px, 1fr)",
            cell: (row) => <ExpiryChip skills={row.skills} />,
          },
        ]}
        empty={t("person.empty")}
        actions={
          rights.people && (
            <>
              <select
                className={ui.input}
                aria-label={t("person.importWhat")}
                value={table}
                onChange={(event) => setTable(event.target.value as Table)}
              >
                {TABLES.map((one) => (
                  <option key={one} value={one}>
                    {t(`person.table.${one}`)}
                  </option>
                ))}
              </select>
              <ExportLinks path={tableOf(table)} />
              <button type="button" className={ui.button} onClick={() => setOpen("import")}>
                {t("person.import")}
              </button>
              <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setOpen("new")}>
                {t("person.new")}
              </button>
            </>
          )
        }
      />
      {open === "new" && (
        <TechnicianDialog
          technician={null}
          onDone={({ id }) => select("technicians", id, "details")}
          onClose={() => setOpen(null)}
        />
      )}
      {open === "import" && (
        <ImportDialog
          title={t("person.importOf", { what: t(`person.table.${table}`) })}
          path={tableOf(table)}
          keys={[[TECHNICIANS]]}
          lead={t("person.importLead")}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
