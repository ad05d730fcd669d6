import { getLang, t } from "../../shared/i18n";
import { addDays, dayOf } from "../../shared/time";
import { ui } from "../../shared/ui/parts";
import { Choice } from "../cases/Choice";
import { Picker, useFilter } from "../kit";
import lists from "../lists.module.css";
import { narrow } from "../route";
import { questionOf, useClasses } from "./api";
import css from "./figures.module.css";

const PERIODS = ["7", "30", "90", "365"] as const;
const TYPES = ["corrective", "predictive", "preventive", "inspection"] as const;
const PICKED = [
  ["customer_id", "customer", "kpi.customer"],
  ["site_id", "site", "kpi.site"],
  ["technician_id", "technician", "kpi.technician"],
  ["territory", "technician", "kpi.territory"],
] as const;

function Period() {
  const { from = "", to = "" } = questionOf(useFilter());
  const today = dayOf(Date.now());
  const days = PERIODS.find((one) => to === today && from === addDays(today, 1 - Number(one)));
  const set = (last: string) => last && narrow({ from: addDays(today, 1 - Number(last)), to: today });
  return (
    <>
      <select
        className={ui.input}
        aria-label={t("kpi.period")}
        value={days ?? ""}
        onChange={(event) => set(event.target.value)}
      >
        {!days && <option value="">{t("kpi.period.own")}</option>}
        {PERIODS.map((one) => (
          <option key={one} value={one}>
            {t(`kpi.period.${one}`)}
          </option>
        ))}
      </select>
      {(["from", "to"] as const).map((name) => (
        <label key={name} className={css.day}>
          <span>{t(`kpi.${name}`)}</span>
          <input
            type="date"
            className={ui.input}
            value={name === "from" ? from : to}
            min={name === "to" ? from : undefined}
            onChange={(event) => event.target.value && narrow({ from, to, [name]: event.target.value })}
          />
        </label>
      ))}
    </>
  );
}

/** The period and what figures are narrowed to, all of it in the address. */
export function Controls({ trend = false }: { trend?: boolean }) {
  const filter = useFilter();
  const classes = useClasses().data?.items ?? [];
  const offered = classes.map((one) => [one.code, getLang() === "zh" ? one.name_zh : one.name_en] as const);
  return (
    <header className={lists.bar}>
      <Period />
      {trend && (
        <select
          className={ui.input}
          aria-label={t("kpi.bucket")}
          value={filter.bucket ?? "week"}
          onChange={(event) => narrow({ bucket: event.target.value })}
        >
          {(["day", "week", "month"] as const).map((one) => (
            <option key={one} value={one}>
              {`${t("kpi.bucket")} ${t(`kpi.bucket.${one}`)}`}
            </option>
          ))}
        </select>
      )}
      {PICKED.map(([name, source, text]) => (
        <Picker
          key={name}
          of={source}
          label={t(text)}
          placeholder={t(text)}
          value={filter[name] || null}
          onChange={(id) => narrow({ [name]: id ?? "" })}
        />
      ))}
      <Choice
        label={t("kpi.class")}
        none={`${t("kpi.class")}: ${t("kpi.any")}`}
        value={filter.asset_class}
        options={offered}
        onChange={(value) => narrow({ asset_class: value })}
      />
      <Choice
        label={t("kpi.workType")}
        none={`${t("kpi.workType")}: ${t("kpi.any")}`}
        value={filter.work_type}
        options={TYPES.map((one) => [one, t(`kpi.workType.${one}`)] as const)}
        onChange={(value) => narrow({ work_type: value })}
      />
      <Choice
        label={t("kpi.priority")}
        none={`${t("kpi.priority")}: ${t("kpi.any")}`}
        value={filter.priority}
        options={["1", "2", "3", "4"].map((one) => [one, `P${one}`] as const)}
        onChange={(value) => narrow({ priority: value })}
      />
    </header>
  );
}
