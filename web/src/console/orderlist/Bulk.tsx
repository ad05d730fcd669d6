import { useState } from "react";
import { label, t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { LABELS, type Label, type List, nameOf, SUBSTATUSES, type Substatus } from "../catalogue/api";
import { type Field, FormDialog, useOne, type Values } from "../kit";
import { type Action, type Change, change, type OrderLine, useAnew } from "./api";

interface Props {
  rows: readonly OrderLine[];
  onDone: (changes: Change[]) => void;
}
interface Wish {
  fields: (offered: Offered) => Field[];
  initial: Values;
}

interface Offered {
  labels: readonly Label[];
  substatuses: readonly Substatus[];
}

/** What the tenant's catalogue offers. */
function useOffered(): Offered {
  const labels = useOne<List<Label>>(LABELS).data?.items ?? [];
  const substatuses = useOne<List<Substatus>>(SUBSTATUSES).data?.items ?? [];
  return {
    labels: labels.filter((one) => !one.retired),
    substatuses: substatuses.filter((one) => !one.retired),
  };
}

const ofLabels = ({ labels }: Offered): Field[] => [
  {
    name: "label",
    label: t("orders.column.labels"),
    kind: "choice",
    required: true,
    options: labels.map((one) => [one.code, nameOf(one)] as const),
  },
];

/** What can be done with many orders, and what is asked for it. */
const WISHES = {
  set_queue: {
    fields: () => [{ name: "queue", label: t("orders.column.queue"), hint: t("orders.emptyHint") }],
    initial: { queue: null },
  },
  set_priority: {
    fields: () => [
      {
        name: "priority",
        label: t("orders.column.priority"),
        kind: "choice",
        required: true,
        options: ["1", "2", "3", "4"].map((one) => [one, `P${one}`] as const),
      },
    ],
    initial: { priority: "3" },
  },
  add_labels: { fields: ofLabels, initial: { label: "" } },
  remove_labels: { fields: ofLabels, initial: { label: "" } },
  set_substatus: {
    fields: ({ substatuses }) => [
      {
        name: "substatus",
        label: t("orders.column.substatus"),
        kind: "choice",
        hint: t("orders.emptyHint"),
        options: substatuses.map(
          (one) => [one.code, `${label("state", one.state)}: ${nameOf(one)}`] as const,
        ),
      },
    ],
    initial: { substatus: null },
  },
  set_due: {
    fields: () => [{ name: "due_at", label: t("orders.column.due_at"), kind: "moment", required: true }],
    initial: { due_at: null },
  },
  schedule: {
    fields: () => [
      {
        name: "technician_id",
        label: t("orders.column.technician_name"),
        kind: "pick",
        of: "technician",
        required: true,
      },
      { name: "start", label: t("orders.firstStart"), kind: "moment", required: true },
      { name: "minutes_apart", label: t("orders.apart"), kind: "number", min: 5, max: 1440, required: true },
    ],
    initial: { technician_id: null, start: null, minutes_apart: 90 },
  },
  approve: { fields: () => [], initial: {} },
  cancel: {
    fields: () => [{ name: "reason", label: t("orders.reason"), kind: "area" }],
    initial: { reason: null },
  },
} as const satisfies Record<string, Wish>;
type Kind = keyof typeof WISHES;

const fieldsOf = (kind: Kind, offered: Offered): Field[] => (WISHES[kind] as Wish).fields(offered);

function actionOf(kind: Kind, values: Values): Action {
  if (kind === "add_labels" || kind === "remove_labels") return { kind, labels: [values.label] };
  if (kind === "set_priority") return { kind, priority: Number(values.priority) };
  return { kind, ...values };
}

/** One change for all ticked orders. */
export function Bulk({ rows, onDone }: Props) {
  const [kind, setKind] = useState<Kind | null>(null);
  const anew = useAnew();
  const offered = useOffered();
  return (
    <>
      <select
        className={ui.input}
        aria-label={t("orders.do")}
        value=""
        onChange={(event) => setKind(event.target.value as Kind)}
      >
        <option value="">{t("orders.do")}</option>
        {(Object.keys(WISHES) as Kind[]).map((one) => (
          <option key={one} value={one}>
            {t(`orders.do.${one}`)}
          </option>
        ))}
      </select>
      {kind && (
        <FormDialog
          key={kind}
          title={t("orders.doWith", { what: t(`orders.do.${kind}`), n: rows.length })}
          fields={fieldsOf(kind, offered)}
          initial={WISHES[kind].initial}
          action={t(`orders.do.${kind}`)}
          send={(values) => change(actionOf(kind, values), rows)}
          keys={[]}
          onDone={(changes) => {
            anew();
            onDone(changes);
          }}
          onClose={() => setKind(null)}
        />
      )}
    </>
  );
}
