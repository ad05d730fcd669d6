import { useState } from "react";
import { put, remove } from "../../shared/api/client";
import { code, t } from "../../shared/i18n";
import { codes } from "../../shared/i18n/codes";
import { dayOf } from "../../shared/time";
import { Section, ui } from "../../shared/ui/parts";
import { ConfirmDialog } from "../ConfirmDialog";
import { type Field, FormDialog } from "../kit";
import css from "../panel.module.css";
import { useWrite } from "../useWrite";
import { daysBetween, type Skill, TECHNICIANS, type Technician, technicianPath } from "./api";
import own from "./technicians.module.css";

const SOON = 30;

function Validity({ skill }: { skill: Skill }) {
  if (skill.expires_on === null) return <span className={ui.soft}>{t("skill.noEnd")}</span>;
  const left = daysBetween(dayOf(Date.now()), skill.expires_on);
  const tone = left < 0 ? ui.chipBad : left <= SOON ? ui.chipWarn : "";
  const told = left < 0 ? t("skill.expired") : left <= SOON ? t("skill.daysLeft", { n: left }) : "";
  return (
    <span>
      {skill.expires_on} {told && <span className={`${ui.chip} ${tone}`}>{told}</span>}
    </span>
  );
}

/** What a technician may do, at which level, until when. */
export function Skills({ technician, mayWrite }: { technician: Technician; mayWrite: boolean }) {
  const path = technicianPath(technician.id);
  const keys = [[path], [TECHNICIANS]];
  const [edited, setEdited] = useState<Skill | "new" | null>(null);
  const [leaving, setLeaving] = useState<Skill | null>(null);
  const forget = useWrite(
    (one: Skill) => remove(`${path}/skills/${encodeURIComponent(one.skill)}`),
    keys,
    () => setLeaving(null),
  );
  const known = Object.keys(codes.skill ?? {});
  const fields: Field[] = [
    {
      name: "skill",
      label: t("skill.name"),
      kind: "own",
      shown: () => edited === "new",
      draw: (value, set) => (
        <>
          <input
            className={ui.input}
            aria-label={t("skill.name")}
            list="skills"
            required
            maxLength={64}
            pattern="[A-Za-z0-9][A-Za-z0-9._\/\-]*"
            value={String(value ?? "")}
            onChange={(event) => set(event.target.value)}
          />
          <datalist id="skills">
            {known.map((one) => (
              <option key={one} value={one}>
                {code("skill", one)}
              </option>
            ))}
          </datalist>
        </>
      ),
    },
    { name: "level", label: t("skill.level"), kind: "number", min: 1, max: 3, required: true },
    { name: "certificate", label: t("skill.certificate") },
    { name: "expires_on", label: t("skill.expires"), kind: "date" },
  ];
  const add = mayWrite && (
    <button type="button" className={ui.button} onClick={() => setEdited("new")}>
      {t("skill.add")}
    </button>
  );
  return (
    <Section title={t("technician.skills")} aside={add}>
      {technician.skills.length === 0 && <p className={ui.soft}>{t("skill.none")}</p>}
      <ul className={css.list}>
        {technician.skills.map((one) => {
          const name = code("skill", one.skill);
          return (
            <li key={one.skill}>
              <span>
                {name} · {t("skill.level")} {one.level}
                <br />
                <span className={ui.soft}>{one.certificate}</span>
              </span>
              <span className={own.ops}>
                <Validity skill={one} />
                {mayWrite && (
                  <>
                    <button
                      type="button"
                      className={`${ui.button} ${ui.quiet}`}
                      aria-label={t("skill.editOf", { name })}
                      onClick={() => setEdited(one)}
                    >
                      {t("promise.edit")}
                    </button>
                    <button
                      type="button"
                      className={`${ui.button} ${ui.quiet}`}
                      aria-label={t("skill.removeOf", { name })}
                      onClick={() => setLeaving(one)}
                    >
                      {t("skill.remove")}
                    </button>
                  </>
                )}
              </span>
            </li>
          );
        })}
      </ul>
      {edited && (
        <FormDialog
          title={edited === "new" ? t("skill.add") : t("skill.editOf", { name: code("skill", edited.skill) })}
          fields={fields}
          initial={edited === "new" ? { level: 1 } : { ...edited }}
          send={(values) => put(`${path}/skills`, values)}
          keys={keys}
          onClose={() => setEdited(null)}
        />
      )}
      {leaving && (
        <ConfirmDialog
          title={t("skill.removeOf", { name: code("skill", leaving.skill) })}
          text={t("skill.removeSure")}
          action={t("skill.remove")}
          danger
          busy={forget.isPending}
          error={forget.error}
          onConfirm={() => forget.mutate(leaving)}
          onClose={() => setLeaving(null)}
        />
      )}
    </Section>
  );
}
