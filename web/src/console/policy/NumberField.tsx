import { ui } from "../../shared/ui/parts";

interface Props {
  label: string;
  name: string;
  value: number | null;
  min: number;
  max: number;
  /** Empty means no limit. */
  optional?: boolean;
  hint?: string | undefined;
  readOnly?: boolean;
}

/** A whole number in a form; the browser holds it to its bounds. */
export function NumberField({ label, name, value, min, max, optional = false, hint, readOnly }: Props) {
  return (
    <label className={ui.field}>
      <span>{label}</span>
      <input
        className={ui.input}
        type="number"
        inputMode="numeric"
        name={name}
        min={min}
        max={max}
        step={1}
        required={!optional}
        defaultValue={value ?? ""}
        disabled={readOnly}
      />
      {hint && <span>{hint}</span>}
    </label>
  );
}

/** The whole numbers of a form by name; null where one was left empty. */
export function numbersOf<N extends string>(form: FormData, names: readonly N[]): Record<N, number | null> {
  const found = names.map((name) => {
    const text = String(form.get(name) ?? "").trim();
    return [name, text === "" ? null : Number(text)] as const;
  });
  return Object.fromEntries(found) as Record<N, number | null>;
}
