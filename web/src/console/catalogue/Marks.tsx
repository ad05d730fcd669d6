import { useState } from "react";
import { put } from "../../shared/api/client";
import type { WorkOrder } from "../../shared/api/types";
import { label, t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { FormDialog, useOne } from "../kit";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { LABELS, type Label, type List, nameOf, SUBSTATUSES, type Substatus } from "./api";
import css from "./catalogue.module.css";
import { LabelChip } from "./LabelChip";
import { LabelChoice } from "./LabelChoice";

/** Substatus and labels of an order, and the way to change them. */
export function Marks({ order }: { order: WorkOrder }) {
  const rights = useRights();
  const [editing, setEditing] = useState(false);
  const labels = useOne<List<Label>>(LABELS).data?.items ?? [];
  const substatuses = useOne<List<Substatus>>(SUBSTATUSES).data?.items ?? [];
  const here = substatuses.filter((one) => one.state === order.state);
  const stands = here.find((one) => one.code === order.substatus);
  if (labels.length === 0 && substatuses.length === 0) return null;
  return (
    <div className={`${panel.actions} ${css.chips}`}>
      {stands && <span className={`${ui.chip} ${ui.chipGood}`}>{nameOf(stands)}</span>}
      {order.labels?.map((code) => (
        <LabelChip key={code} code={code} labels={labels} />
      ))}
      {rights.desk && (
        <button type="button" className={panel.link} onClick={() => setEditing(true)}>
          {t("catalogue.mark")}
        </button>
      )}
      {editing && (
        <FormDialog
          title={`${t("catalogue.mark")}: ${order.number}`}
          fields={[
            {
              name: "substatus",
              label: t("catalogue.substatusOf", { state: label("state", order.state) }),
              kind: "choice",
              options: here
                .filter((one) => !one.retired || one.code === order.substatus)
                .map((one) => [one.code, nameOf(one)]),
            },
            {
              name: "labels",
              label: t("catalogue.labels"),
              kind: "own",
              draw: (value, set) => <LabelChoice labels={labels} chosen={value as string[]} onChange={set} />,
            },
          ]}
          initial={{ substatus: order.substatus ?? null, labels: order.labels ?? [] }}
          send={(values) =>
            put<WorkOrder>(`/api/v1/work-orders/${encodeURIComponent(order.id)}/marks`, {
              ...values,
              version: order.version,
            })
          }
          keys={[["order", order.id], ["orders"]]}
          onClose={() => setEditing(false)}
        />
      )}
    </div>
  );
}
