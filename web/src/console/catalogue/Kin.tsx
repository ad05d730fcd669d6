import { useState } from "react";
import { post } from "../../shared/api/client";
import type { OrderName, WorkOrder } from "../../shared/api/types";
import { label, t } from "../../shared/i18n";
import { Section, ui } from "../../shared/ui/parts";
import { FormDialog } from "../kit";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";

const ENDED = ["closed", "cancelled"];

function Line({ what, one }: { what: string; one: OrderName }) {
  return (
    <li>
      <span>
        <span className={ui.soft}>{what}</span>{" "}
        <button type="button" className={panel.link} onClick={() => select("orders", one.id)}>
          {one.number} {one.summary}
        </button>
      </span>
      <span className={ui.soft}>{label("state", one.state)}</span>
    </li>
  );
}

/** Orders that this one is a part of, that are a part of it, or that follow; and the way to open one more. */
export function Kin({ order }: { order: WorkOrder }) {
  const rights = useRights();
  const [open, setOpen] = useState(false);
  const lines: (readonly [string, OrderName])[] = [
    ...(order.parent ? [[t("kin.parent"), order.parent] as const] : []),
    ...(order.follow_up_of ? [[t("kin.followUpOf"), order.follow_up_of] as const] : []),
    ...(order.children ?? []).map((one) => [t("kin.child"), one] as const),
    ...(order.follow_ups ?? []).map((one) => [t("kin.followUp"), one] as const),
  ];
  const relations = ENDED.includes(order.state) ? ["follow_up"] : ["child", "follow_up"];
  const add = rights.desk && (
    <button type="button" className={ui.button} onClick={() => setOpen(true)}>
      {t("kin.open")}
    </button>
  );
  return (
    <Section title={t("kin.title")} aside={add || undefined}>
      {lines.length === 0 && <p className={ui.soft}>{t("kin.none")}</p>}
      <ul className={panel.list} aria-label={t("kin.title")}>
        {lines.map(([what, one]) => (
          <Line key={one.id} what={what} one={one} />
        ))}
      </ul>
      {open && (
        <FormDialog
          title={t("kin.openOf", { number: order.number })}
          fields={[
            {
              name: "relation",
              label: t("kin.relation"),
              kind: "choice",
              required: true,
              options: relations.map((one) => [one, label("kin.relation", one)]),
            },
            { name: "summary", label: t("ticket.summary"), required: true },
            { name: "description", label: t("ticket.description"), kind: "area" },
          ]}
          initial={{ relation: relations[0], summary: "", description: "" }}
          send={(values) =>
            post<WorkOrder>(`/api/v1/work-orders/${encodeURIComponent(order.id)}/orders`, values)
          }
          keys={[["order", order.id], ["orders"]]}
          onClose={() => setOpen(false)}
        />
      )}
    </Section>
  );
}
