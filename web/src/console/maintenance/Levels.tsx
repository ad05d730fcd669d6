import { t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { Picker } from "../kit";
import type { Kit, Level } from "./api";
import css from "./maintenance.module.css";

interface Props {
  levels: readonly Level[];
  checklists: readonly (readonly [string, string])[];
  /** A round: its stops say what is asked. */
  plain: boolean;
  onChange: (levels: Level[]) => void;
}

function put<T>(rows: readonly T[], place: number, change: Partial<T>): T[] {
  return rows.map((row, at) => (at === place ? { ...row, ...change } : row));
}

function Parts({
  parts,
  name,
  onChange,
}: {
  parts: readonly Kit[];
  name: string;
  onChange: (parts: Kit[]) => void;
}) {
  return (
    <>
      {parts.map((part, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own until a part is chosen
        <div key={place} className={css.part}>
          <Picker
            of="part"
            label={t("plan.partOf", { name })}
            value={part.part_id || null}
            onChange={(id) => onChange(put(parts, place, { part_id: id ?? "" }))}
            required
          />
          <input
            type="number"
            className={ui.input}
            aria-label={t("plan.quantity")}
            min={0.0001}
            step="any"
            required
            value={part.quantity}
            onChange={(event) => onChange(put(parts, place, { quantity: event.target.value }))}
          />
          <button
            type="button"
            className={`${ui.button} ${ui.quiet}`}
            onClick={() => onChange(parts.filter((_, at) => at !== place))}
          >
            {t("plan.remove")}
          </button>
        </div>
      ))}
      <button
        type="button"
        className={`${ui.button} ${ui.quiet}`}
        onClick={() => onChange([...parts, { part_id: "", quantity: "1" }])}
      >
        {t("plan.addPart")}
      </button>
    </>
  );
}

/** What is done each time, and what at every so many times in its place. */
export function Levels({ levels, checklists, plain, onChange }: Props) {
  return (
    <div className={ui.stack}>
      {levels.map((level, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: levels have no name of their own while they are written
        <fieldset key={place} className={css.level}>
          <legend>{level.name || t("plan.level")}</legend>
          <div className={css.levelRow}>
            <label className={ui.field}>
              <span>{t("plan.levelName")}</span>
              <input
                className={ui.input}
                required
                maxLength={200}
                value={level.name}
                onChange={(event) => onChange(put(levels, place, { name: event.target.value }))}
              />
            </label>
            <label className={ui.field}>
              <span>{t("plan.levelEvery")}</span>
              <input
                type="number"
                className={ui.input}
                min={place === 0 ? 1 : 2}
                max={place === 0 ? 1 : 1000}
                readOnly={place === 0}
                required
                value={level.every}
                onChange={(event) => onChange(put(levels, place, { every: Number(event.target.value) }))}
              />
            </label>
            <label className={ui.field}>
              <span>{t("plan.minutes")}</span>
              <input
                type="number"
                className={ui.input}
                min={1}
                max={480}
                required
                value={level.duration_minutes}
                onChange={(event) =>
                  onChange(put(levels, place, { duration_minutes: Number(event.target.value) }))
                }
              />
            </label>
            {!plain && (
              <label className={ui.field}>
                <span>{t("plan.checklist")}</span>
                <select
                  className={ui.input}
                  value={level.checklist_code ?? ""}
                  onChange={(event) =>
                    onChange(put(levels, place, { checklist_code: event.target.value || null }))
                  }
                >
                  <option value="">{t("app.none")}</option>
                  {checklists.map(([code, name]) => (
                    <option key={code} value={code}>
                      {name}
                    </option>
                  ))}
                </select>
              </label>
            )}
          </div>
          <Parts
            parts={level.parts}
            name={level.name}
            onChange={(parts) => onChange(put(levels, place, { parts }))}
          />
          {place > 0 && (
            <button
              type="button"
              className={`${ui.button} ${ui.quiet}`}
              aria-label={t("plan.removeLevel", { name: level.name })}
              onClick={() => onChange(levels.filter((_, at) => at !== place))}
            >
              {t("plan.remove")}
            </button>
          )}
        </fieldset>
      ))}
      <div>
        <button
          type="button"
          className={ui.button}
          onClick={() =>
            onChange([
              ...levels,
              { every: 4, name: "", checklist_code: null, duration_minutes: 120, parts: [] },
            ])
          }
        >
          {t("plan.addLevel")}
        </button>
      </div>
    </div>
  );
}
