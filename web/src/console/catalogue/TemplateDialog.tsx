import { put } from "../../shared/api/client";
import { code, label, t } from "../../shared/i18n";
import { codes } from "../../shared/i18n/codes";
import { ui } from "../../shared/ui/parts";
import { type Field, FormDialog, Picker } from "../kit";
import { type Label, nameOf, TEMPLATES, type Template } from "./api";
import css from "./catalogue.module.css";
import { LabelChoice } from "./LabelChoice";

type Kit = Template["parts"];

function KitLines({ value, set }: { value: Kit; set: (lines: Kit) => void }) {
  const change = (place: number, part: Partial<Kit[number]>) =>
    set(value.map((line, other) => (other === place ? { ...line, ...part } : line)));
  return (
    <div className={css.kit}>
      {value.map((line, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line has no name before its part is chosen
        <div key={place}>
          <Picker
            of="part"
            label={t("catalogue.part")}
            value={line.part_id || null}
            onChange={(id) => change(place, { part_id: id ?? "" })}
          />
          <input
            className={ui.input}
            type="number"
            min="0.0001"
            step="any"
            aria-label={t("catalogue.quantity")}
            value={line.quantity}
            onChange={(event) => change(place, { quantity: event.target.value })}
          />
          <button
            type="button"
            className={ui.button}
            aria-label={t("catalogue.removeLine", { n: place + 1 })}
            onClick={() => set(value.filter((_, other) => other !== place))}
          >
            ×
          </button>
        </div>
      ))}
      <span>
        <button
          type="button"
          className={ui.button}
          onClick={() => set([...value, { part_id: "", quantity: "1" }])}
        >
          {t("catalogue.addPart")}
        </button>
      </span>
    </div>
  );
}

function fields(of: Template | null, labels: readonly Label[]): Field[] {
  const kind: Field = {
    name: "work_type",
    label: t("catalogue.kind"),
    kind: "choice",
    required: true,
    options: Object.keys(codes.work_type ?? {}).map((one) => [one, code("work_type", one)]),
  };
  return [
    ...(of ? [] : [kind]),
    { name: "name_zh", label: t("catalogue.nameZh"), required: true },
    { name: "name_en", label: t("catalogue.nameEn"), required: true },
    {
      name: "duration_minutes",
      label: t("catalogue.minutes"),
      kind: "number",
      min: 5,
      max: 1440,
      required: true,
    },
    {
      name: "skill",
      label: t("catalogue.skill"),
      kind: "choice",
      options: Object.keys(codes.skill ?? {}).map((one) => [one, code("skill", one)]),
      hint: t("catalogue.skillHint"),
    },
    { name: "skill_level", label: t("catalogue.level"), kind: "number", min: 1, max: 3, required: true },
    {
      name: "priority",
      label: t("catalogue.priority"),
      kind: "choice",
      options: [1, 2, 3, 4].map((one) => [String(one), label("priority", one)]),
      hint: t("catalogue.priorityHint"),
    },
    {
      name: "labels",
      label: t("catalogue.labels"),
      kind: "own",
      draw: (value, set) => <LabelChoice labels={labels} chosen={value as string[]} onChange={set} />,
    },
    {
      name: "parts",
      label: t("catalogue.kit"),
      kind: "own",
      draw: (value, set) => <KitLines value={value as Kit} set={set} />,
    },
  ];
}

/** What an order of a kind of work starts with. */
export function TemplateDialog(props: {
  of: Template | null;
  labels: readonly Label[];
  onClose: () => void;
}) {
  const { of, labels, onClose } = props;
  const initial = of
    ? { ...of, priority: of.priority === null ? null : String(of.priority) }
    : { duration_minutes: 60, skill_level: 1, labels: [], parts: [], version: 0 };
  return (
    <FormDialog
      title={of ? t("catalogue.editOf", { name: nameOf(of) }) : t("catalogue.newTemplate")}
      fields={fields(of, labels)}
      initial={initial}
      wide
      send={({ work_type, priority, parts, ...rest }) =>
        put<Template>(`${TEMPLATES}/${encodeURIComponent(String(work_type))}`, {
          ...rest,
          priority: priority ? Number(priority) : null,
          parts: (parts as Kit).filter((line) => line.part_id),
        })
      }
      keys={[[TEMPLATES]]}
      onClose={onClose}
    />
  );
}
