import { useState } from "react";
import { post } from "../../shared/api/client";
import { code, label, t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { type Field, FormDialog } from "../kit";
import { useRights } from "../rights";
import { select } from "../route";
import { SPOKEN, TICKETS } from "./api";

const fields = (): Field[] => [
  { name: "summary", label: t("ticket.summary"), required: true, across: true },
  { name: "description", label: t("ticket.description"), kind: "area" },
  {
    name: "channel",
    label: t("ticket.channel"),
    kind: "choice",
    required: true,
    options: SPOKEN.map((one) => [one, code("source", one)]),
  },
  {
    name: "priority",
    label: t("ticket.priority"),
    kind: "choice",
    options: [1, 2, 3, 4].map((one) => [String(one), label("priority", one)]),
    hint: t("ticket.priorityHint"),
  },
  { name: "customer_id", label: t("ticket.customer"), kind: "pick", of: "customer" },
  { name: "asset_id", label: t("ticket.asset"), kind: "pick", of: "asset" },
];

/** Write down what somebody asks for. */
export function NewTicket() {
  const [open, setOpen] = useState(false);
  const rights = useRights();
  if (!rights.desk) return null;
  return (
    <>
      <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setOpen(true)}>
        {t("ticket.new")}
      </button>
      {open && (
        <FormDialog
          title={t("ticket.new")}
          fields={fields()}
          initial={{ channel: "phone", summary: "", description: "" }}
          action={t("ticket.open")}
          send={({ priority, ...rest }) =>
            post<{ id: string }>(TICKETS, { ...rest, priority: priority ? Number(priority) : null })
          }
          keys={[[TICKETS]]}
          onDone={(made) => select("tickets", made.id)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
