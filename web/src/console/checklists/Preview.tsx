import { useState } from "react";
import { t } from "../../shared/i18n";
import { Refusal, ui } from "../../shared/ui/parts";
import { type Draft, type Item, isFile, isNumber, textOf, useJudgement, type Value, yesNo } from "./api";
import css from "./checklists.module.css";

/** Stands for any file in the preview. */
const SOME_FILE = "0".repeat(64);

function Answer({ item, value, set }: { item: Item; value: Value | undefined; set: (value: Value) => void }) {
  const name = textOf(item) || item.key;
  if (isFile(item.type)) {
    return (
      <input
        type="checkbox"
        aria-label={name}
        checked={value === SOME_FILE}
        onChange={(event) => set(event.target.checked ? SOME_FILE : "")}
      />
    );
  }
  if (item.type === "bool" || item.type === "choice") {
    const bool = item.type === "bool";
    return (
      <select
        className={ui.input}
        aria-label={name}
        value={value === undefined ? "" : String(value)}
        onChange={(event) =>
          set(bool && event.target.value ? event.target.value === "true" : event.target.value)
        }
      >
        <option value="">{t("app.none")}</option>
        {(bool ? ["true", "false"] : item.choices).map((one) => (
          <option key={one} value={one}>
            {bool ? yesNo(one === "true") : one}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      type={isNumber(item.type) ? "number" : "text"}
      step="any"
      className={ui.input}
      aria-label={name}
      value={String(value ?? "")}
      onChange={(event) => set(event.target.value)}
    />
  );
}

/** The draft as a technician would answer it; what is shown, missing and scored comes from the server. */
export function Preview({ draft }: { draft: Draft }) {
  const [answers, setAnswers] = useState<Record<string, Value>>({});
  const [photos, setPhotos] = useState<string[]>([]);
  const { data: found, error } = useJudgement(draft, answers, photos);
  const shown = draft.items.filter((item) => found?.visible.includes(item.key));
  const set = (key: string, value: Value) => setAnswers({ ...answers, [key]: value });
  return (
    <section className={css.preview} aria-label={t("checklist.preview")}>
      <h3>{t("checklist.preview")}</h3>
      <p className={ui.soft}>{t("checklist.previewLead")}</p>
      <Refusal error={error} />
      <ul>
        {shown.map((item) => (
          <li key={item.key} className={found?.failed.includes(item.key) ? css.bad : ""}>
            <span>
              {textOf(item) || item.key} {item.mandatory && <b>*</b>} {item.unit && `(${item.unit})`}
            </span>
            <Answer item={item} value={answers[item.key]} set={(value) => set(item.key, value)} />
            {item.needs_photo && (
              <label className={css.hasPhoto}>
                <input
                  type="checkbox"
                  checked={photos.includes(item.key)}
                  onChange={(event) =>
                    setPhotos(
                      event.target.checked ? [...photos, item.key] : photos.filter((key) => key !== item.key),
                    )
                  }
                />
                <span>{t("checklist.hasPhoto")}</span>
              </label>
            )}
          </li>
        ))}
      </ul>
      {found && (
        <p role="status">
          {found.missing.length > 0
            ? t("checklist.missing", { keys: found.missing.join(", ") })
            : t("checklist.complete")}
          {found.score !== null && (
            <strong className={found.passed === false ? css.bad : css.good}>
              {" "}
              {t("checklist.score", { n: found.score })}
              {found.passed !== null && ` · ${t(found.passed ? "checklist.passed" : "checklist.failed")}`}
            </strong>
          )}
        </p>
      )}
    </section>
  );
}
