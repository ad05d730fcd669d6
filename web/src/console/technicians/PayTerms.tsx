import { useState } from "react";
import { put } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { addDays, dayName, dayOf } from "../../shared/time";
import { Facts, Failure, Loading, ui } from "../../shared/ui/parts";
import { ExportLinks, type Field, FormDialog, useOne, type Values } from "../kit";
import { useRights } from "../rights";
import sla from "../sla/sla.module.css";
import { mondayOf } from "./api";

const PATH = "/api/v1/pay-terms";
const PERCENTS = ["overtime", "weekend", "holiday", "night"] as const;

/** How working time is paid, and last week's timesheets to take away. */
export function PayTerms() {
  const rights = useRights();
  const query = useOne<Values & { version: number }>(PATH);
  const [editing, setEditing] = useState(false);
  const last = addDays(mondayOf(dayOf(Date.now())), -7);
  const terms = query.data;
  const fields: Field[] = [
    { name: "daily_minutes", label: t("pay.daily"), kind: "number", min: 0, max: 1440, required: true },
    { name: "weekly_minutes", label: t("pay.weekly"), kind: "number", min: 0, max: 10_080, required: true },
    { name: "night_from", label: t("pay.nightFrom"), kind: "time", required: true },
    { name: "night_to", label: t("pay.nightTo"), kind: "time", required: true },
    ...PERCENTS.map(
      (name): Field => ({
        name: `${name}_percent`,
        label: t(`pay.${name}`),
        kind: "number",
        min: name === "night" ? 0 : 100,
        max: 1000,
        required: true,
      }),
    ),
  ];
  return (
    <div className={sla.scroll}>
      <div className={sla.bar}>
        <p className={ui.soft}>{t("pay.lead")}</p>
        {rights.people && (
          <button type="button" className={ui.button} disabled={!terms} onClick={() => setEditing(true)}>
            {t("pay.edit")}
          </button>
        )}
      </div>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {terms && (
        <section className={sla.card} aria-label={t("view.pay")}>
          <header>
            <h2>{t("view.pay")}</h2>
            <span className={ui.soft}>
              {terms.version === 0 ? t("pay.usual") : t("pay.version", { n: terms.version })}
            </span>
          </header>
          <Facts
            rows={fields.map((field) => {
              const value = String(terms[field.name] ?? "");
              return [field.label, field.kind === "time" ? value.slice(0, 5) : value] as const;
            })}
          />
        </section>
      )}
      {rights.people && (
        <section className={sla.card} aria-label={t("week.timesheet")}>
          <header>
            <h2>{t("pay.export", { from: dayName(last) })}</h2>
            <span className={sla.spring} />
            <ExportLinks path={`/api/v1/timesheets/${last}`} />
          </header>
        </section>
      )}
      {editing && terms && (
        <FormDialog
          title={t("pay.edit")}
          fields={fields}
          initial={terms}
          send={(values) => put(PATH, values)}
          keys={[[PATH], ["week"]]}
          onClose={() => setEditing(false)}
        />
      )}
    </div>
  );
}
