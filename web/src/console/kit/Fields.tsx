import type { ReactNode } from "react";
import { ApiProblem } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { fromField, toField } from "../../shared/time";
import { ui } from "../../shared/ui/parts";
import css from "./kit.module.css";
import { Picker } from "./Picker";
import type { Source } from "./sources";

/** What a form holds: text, numbers, yes or no; `moment` is an instant in ISO 8601, an emptied field is null. */
export type Values = Record<string, unknown>;

interface Common {
  name: string;
  label: string;
  required?: boolean;
  hint?: string;
  /** Over both columns of the form. */
  across?: boolean;
  /** Whether it is asked at all. */
  shown?: (values: Values) => boolean;
}
export type Field = Common &
  (
    | { kind?: "text" | "email" | "tel" | "url"; maxLength?: number; pattern?: string }
    | { kind: "area"; maxLength?: number; rows?: number }
    | { kind: "number"; min?: number; max?: number; step?: number | "any" }
    | { kind: "date" | "time" | "moment" }
    | { kind: "check" }
    | { kind: "choice"; options: readonly (readonly [value: string, name: string])[] }
    | { kind: "pick"; of: Source; within?: (values: Values) => Readonly<Record<string, string>> }
    | { kind: "own"; draw: (value: unknown, set: (value: unknown) => void) => ReactNode }
  );

interface Props {
  fields: readonly Field[];
  values: Values;
  onChange: (values: Values) => void;
  error?: unknown;
}

/** What the server says of single fields; the key is the field's name. */
export function refusals(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof ApiProblem) || !Array.isArray(error.members.errors)) return {};
  return Object.fromEntries(
    error.members.errors.map(({ field, text }: { field: string; text: string }) => [
      field.split(".").slice(1).join(".") || field,
      text,
    ]),
  );
}

function Control({ field, values, set }: { field: Field; values: Values; set: (value: unknown) => void }) {
  const value = values[field.name];
  const text = value === null || value === undefined ? "" : String(value);
  const given = (typed: string) => set(typed === "" ? null : typed);
  switch (field.kind) {
    case "area":
      return (
        <textarea
          className={ui.input}
          rows={field.rows ?? 3}
          maxLength={field.maxLength ?? 4000}
          required={field.required}
          value={text}
          onChange={(event) => set(event.target.value)}
        />
      );
    case "number":
      return (
        <input
          type="number"
          className={ui.input}
          min={field.min}
          max={field.max}
          step={field.step ?? 1}
          required={field.required}
          value={text}
          onChange={(event) => set(event.target.value === "" ? null : event.target.valueAsNumber)}
        />
      );
    case "date":
    case "time":
      return (
        <input
          type={field.kind}
          className={ui.input}
          required={field.required}
          value={field.kind === "time" ? text.slice(0, 5) : text}
          onChange={(event) => given(event.target.value)}
        />
      );
    case "moment":
      return (
        <input
          type="datetime-local"
          className={ui.input}
          required={field.required}
          value={text ? toField(text) : ""}
          onChange={(event) => set(fromField(event.target.value))}
        />
      );
    case "choice":
      return (
        <select
          className={ui.input}
          required={field.required}
          value={text}
          onChange={(event) => given(event.target.value)}
        >
          {(!field.required || text === "") && <option value="">{t("app.none")}</option>}
          {field.options.map(([one, name]) => (
            <option key={one} value={one}>
              {name}
            </option>
          ))}
        </select>
      );
    case "pick":
      return (
        <Picker
          of={field.of}
          label={field.label}
          value={text || null}
          within={field.within?.(values) ?? {}}
          onChange={set}
          {...(field.required ? { required: true } : {})}
        />
      );
    case "own":
      return field.draw(value, set);
    case "check":
      return null;
    default:
      return (
        <input
          type={field.kind ?? "text"}
          className={ui.input}
          maxLength={field.maxLength ?? 200}
          pattern={field.pattern}
          required={field.required}
          autoComplete="off"
          value={text}
          onChange={(event) => (field.required ? set(event.target.value) : given(event.target.value))}
        />
      );
  }
}

/** The fields of a form, two beside each other where there is room. */
export function Fields({ fields, values, onChange, error }: Props) {
  const refused = refusals(error);
  return (
    <div className={css.fields}>
      {fields
        .filter((field) => field.shown?.(values) ?? true)
        .map((field) => {
          const set = (value: unknown) => onChange({ ...values, [field.name]: value });
          const fault = refused[field.name];
          const wide = field.across || field.kind === "area" ? css.across : "";
          const below = (
            <>
              {field.hint && <small className={ui.soft}>{field.hint}</small>}
              {fault && (
                <small className={ui.error} role="alert">
                  {fault}
                </small>
              )}
            </>
          );
          if (field.kind === "check") {
            return (
              <label key={field.name} className={`${css.check} ${wide}`}>
                <input
                  type="checkbox"
                  checked={values[field.name] === true}
                  onChange={(event) => set(event.target.checked)}
                />
                <span>{field.label}</span>
                {below}
              </label>
            );
          }
          if (field.kind === "own") {
            return (
              <div key={field.name} className={`${ui.field} ${css.across}`}>
                <span>{field.label}</span>
                <Control field={field} values={values} set={set} />
                {below}
              </div>
            );
          }
          return (
            // biome-ignore lint/a11y/noLabelWithoutControl: the control is in the component
            <label key={field.name} className={`${ui.field} ${wide}`}>
              <span>
                {field.label}
                {field.required && <i aria-hidden="true"> *</i>}
              </span>
              <Control field={field} values={values} set={set} />
              {below}
            </label>
          );
        })}
    </div>
  );
}
