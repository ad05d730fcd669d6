import { useState } from "react";
import { post } from "../../shared/api/client";
import { label, t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { type Field, FormDialog } from "../kit";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";
import { staleBy, type Ticket, ticketPath } from "./api";
import { OrderDialog } from "./OrderDialog";
import css from "./tickets.module.css";

/** Steps that follow from others, or have a dialog of their own. */
const NOT_BY_HAND = new Set(["merge", "begin", "try_remote"]);
const GRAVE = new Set(["cancel"]);
const TAKES_WORK = new Set(["new", "triaged", "remote_trial", "pending_customer", "in_progress"]);

function fields(ticket: Ticket, action: string): Field[] {
  return [
    {
      name: "reason",
      label: t("action.reason"),
      kind: "area",
      maxLength: 2000,
      required: action === "reopen" || action === "cancel",
    },
    {
      name: "no_fault",
      label: t("cases.noFault"),
      kind: "check",
      across: true,
      shown: () => action === "cancel" && ticket.case_id !== null,
    },
  ];
}

/** What the server allows now with a ticket; each asks first. */
export function TicketActions({ ticket }: { ticket: Ticket }) {
  const rights = useRights();
  const [asking, setAsking] = useState<string | null>(null);
  if (!rights.desk) return null;
  const actions = ticket.allowed_actions.filter((one) => !NOT_BY_HAND.has(one));
  const send = (action: string) => (values: Record<string, unknown>) => {
    const reason = String(values.reason ?? "").trim();
    if (action === "reopen") return post<Ticket>(`${ticketPath(ticket.id)}/reopen`, { reason });
    const noFault = values.no_fault === true ? { no_fault: true } : {};
    return post<Ticket>(`${ticketPath(ticket.id)}/actions`, {
      action,
      ...(reason ? { reason } : {}),
      ...noFault,
    });
  };
  return (
    <div
      className={`${panel.actions} ${css.steps}`}
      role="group"
      aria-label={`${t("action.title")} ${ticket.number}`}
    >
      {actions.map((action) => (
        <button
          key={action}
          type="button"
          className={`${ui.button} ${GRAVE.has(action) ? ui.danger : ""}`}
          onClick={() => setAsking(action)}
        >
          {label("ticket.action", action)}
        </button>
      ))}
      {TAKES_WORK.has(ticket.state) && (
        <button type="button" className={ui.button} onClick={() => setAsking("order")}>
          {t("ticket.openOrder")}
        </button>
      )}
      {asking === "order" && <OrderDialog ticket={ticket} onClose={() => setAsking(null)} />}
      {asking && asking !== "order" && (
        <FormDialog
          title={`${label("ticket.action", asking)}: ${ticket.number}`}
          fields={fields(ticket, asking)}
          initial={{}}
          action={label("ticket.action", asking)}
          send={send(asking)}
          keys={staleBy(ticket.id)}
          onDone={(answer) => answer.id !== ticket.id && select("tickets", answer.id)}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}
