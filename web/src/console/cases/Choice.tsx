import { ui } from "../../shared/ui/parts";

interface Props {
  label: string;
  /** What no choice is called. */
  none: string;
  value: string | undefined;
  options: readonly (readonly [value: string, name: string])[];
  onChange: (value: string) => void;
}

/** One filter of a list: any, or one of several. */
export function Choice({ label, none, value = "", options, onChange }: Props) {
  // A value from the address that nobody offers is shown as it is.
  const known = value === "" || options.some(([one]) => one === value);
  return (
    <select
      className={ui.input}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{none}</option>
      {!known && <option value={value}>{value}</option>}
      {options.map(([one, name]) => (
        <option key={one} value={one}>
          {name}
        </option>
      ))}
    </select>
  );
}
