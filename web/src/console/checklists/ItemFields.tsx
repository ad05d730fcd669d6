import { useState } from "react";
import { label, t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { type Field, Fields, type Values } from "../kit";
import { type Condition, fitted, type Item, type ItemType, isNumber, OPERATORS, TYPES, yesNo } from "./api";
import css from "./checklists.module.css";

interface Props {
  item: Item;
  place: number;
  others: readonly Item[];
  last: boolean;
  onChange: (item: Item) => void;
  onMove: (by: number) => void;
  onDrop: () => void;
}

const fields = (type: ItemType): Field[] => [
  { name: "key", label: t("checklist.key"), required: true, maxLength: 64 },
  {
    name: "type",
    label: t("checklist.type"),
    kind: "choice",
    required: true,
    options: TYPES.map((one) => [one, label("checklist.type", one)] as const),
  },
  { name: "text_zh", label: t("checklist.textZh"), required: true },
  { name: "text_en", label: t("checklist.textEn"), required: true },
  { name: "unit", label: t("checklist.unit"), shown: () => isNumber(type) },
  { name: "min", label: t("checklist.min"), kind: "number", step: "any", shown: () => isNumber(type) },
  { name: "max", label: t("checklist.max"), kind: "number", step: "any", shown: () => isNumber(type) },
  { name: "meter", label: t("checklist.meter"), required: true, shown: () => type === "reading" },
  { name: "weight", label: t("checklist.weight"), kind: "number", min: 0, max: 1000 },
  { name: "mandatory", label: t("checklist.mandatory"), kind: "check" },
  { name: "needs_photo", label: t("checklist.photo"), kind: "check" },
];

/** Words with commas between them; what is typed stays as it is until the field is left. */
function Words({
  name,
  words,
  onChange,
}: {
  name: string;
  words: string[];
  onChange: (words: string[]) => void;
}) {
  const [text, setText] = useState(words.join(", "));
  return (
    <label className={ui.field}>
      <span>{name}</span>
      <input
        className={ui.input}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          const found = event.target.value.split(/[,，]/).map((word) => word.trim());
          onChange([...new Set(found.filter(Boolean))]);
        }}
      />
    </label>
  );
}

function operatorsFor(type: ItemType | undefined): readonly Condition["op"][] {
  if (isNumber(type)) return OPERATORS;
  return type === "bool" || type === "choice" ? ["equals", "not_equals", "answered"] : ["answered"];
}

/** The condition that fits an item at first. */
function conditionOn(item: Item): Condition {
  if (item.type === "bool") return { item: item.key, op: "equals", value: true };
  if (item.type === "choice") return { item: item.key, op: "equals", value: item.choices[0] ?? "" };
  if (isNumber(item.type)) return { item: item.key, op: "over", value: item.max ?? "0" };
  return { item: item.key, op: "answered", value: null };
}

function ConditionFields({ item, others, onChange }: Pick<Props, "item" | "others" | "onChange">) {
  const rule = item.shown_if;
  const source = others.find((one) => one.key === rule?.item);
  const set = (shown_if: Condition | null) => onChange({ ...item, shown_if });
  const pick = (key: string) => {
    const found = others.find((one) => one.key === key);
    set(found ? conditionOn(found) : null);
  };
  const options =
    source?.type === "bool"
      ? (["true", "false"] as const)
      : source?.type === "choice"
        ? source.choices
        : null;
  return (
    <div className={css.rule}>
      <label className={ui.field}>
        <span>{t("checklist.shownIf")}</span>
        <select className={ui.input} value={rule?.item ?? ""} onChange={(event) => pick(event.target.value)}>
          <option value="">{t("checklist.always")}</option>
          {others.map((one) => (
            <option key={one.key} value={one.key}>
              {one.key}
            </option>
          ))}
        </select>
      </label>
      {rule && (
        <select
          className={ui.input}
          aria-label={t("checklist.shownIf")}
          value={rule.op}
          onChange={(event) => {
            const op = event.target.value as Condition["op"];
            const usual = source ? conditionOn(source).value : null;
            set({ ...rule, op, value: op === "answered" ? null : (rule.value ?? usual) });
          }}
        >
          {operatorsFor(source?.type).map((op) => (
            <option key={op} value={op}>
              {label("checklist.op", op)}
            </option>
          ))}
        </select>
      )}
      {rule && rule.op !== "answered" && options && (
        <select
          className={ui.input}
          aria-label={t("checklist.value")}
          value={String(rule.value)}
          onChange={(event) =>
            set({
              ...rule,
              value: source?.type === "bool" ? event.target.value === "true" : event.target.value,
            })
          }
        >
          {options.map((one) => (
            <option key={one} value={one}>
              {source?.type === "bool" ? yesNo(one === "true") : one}
            </option>
          ))}
        </select>
      )}
      {rule && rule.op !== "answered" && !options && (
        <input
          type="number"
          step="any"
          required
          className={ui.input}
          aria-label={t("checklist.value")}
          value={String(rule.value ?? "")}
          onChange={(event) => set({ ...rule, value: event.target.value })}
        />
      )}
    </div>
  );
}

/** One item of a checklist as it is written. */
export function ItemFields({ item, place, others, last, onChange, onMove, onDrop }: Props) {
  const take = (values: Values) => {
    const text = (value: unknown) => (value === null || value === undefined ? null : String(value));
    const next = { ...item, ...values, min: text(values.min), max: text(values.max) };
    onChange(fitted({ ...next, weight: Number(values.weight ?? 0) }));
  };
  return (
    <fieldset className={css.item}>
      <legend>{t("checklist.item", { n: place + 1 })}</legend>
      <Fields fields={fields(item.type)} values={{ ...item }} onChange={take} />
      {item.type === "choice" && (
        <div className={css.rule}>
          <Words
            name={t("checklist.choices")}
            words={item.choices}
            onChange={(choices) => onChange({ ...item, choices })}
          />
          <Words
            name={t("checklist.failing")}
            words={item.failing}
            onChange={(failing) => onChange({ ...item, failing })}
          />
        </div>
      )}
      <ConditionFields item={item} others={others} onChange={onChange} />
      <div className={css.moves}>
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          aria-label={t("checklist.up", { key: item.key })}
          disabled={place === 0}
          onClick={() => onMove(-1)}
        >
          <span aria-hidden="true">↑</span>
        </button>
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          aria-label={t("checklist.down", { key: item.key })}
          disabled={last}
          onClick={() => onMove(1)}
        >
          <span aria-hidden="true">↓</span>
        </button>
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          aria-label={t("checklist.drop", { key: item.key })}
          disabled={others.length === 0}
          onClick={onDrop}
        >
          <span aria-hidden="true">×</span>
        </button>
      </div>
    </fieldset>
  );
}
