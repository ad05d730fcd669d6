import { post } from "../../shared/api/client";
import { code, t } from "../../shared/i18n";
import { codes } from "../../shared/i18n/codes";
import { type Field, FormDialog } from "../kit";
import { staleBy, type Ticket, ticketPath } from "./api";

const fields = (ticket: Ticket): Field[] => [
  { name: "summary", label: t("ticket.summary"), required: true, across: true },
  { name: "asset_id", label: t("ticket.asset"), kind: "pick", of: "asset" },
  {
    name: "site_id",
    label: t("ticket.site"),
    kind: "pick",
    of: "site",
    shown: ({ asset_id }) => !asset_id,
    within: (): Record<string, string> => (ticket.customer_id ? { customer_id: ticket.customer_id } : {}),
  },
  {
    name: "skill",
    label: t("order.skill"),
    kind: "choice",
    hint: t("ticket.byWords"),
    options: Object.keys(codes.skill ?? {}).map((one) => [one, code("skill", one)]),
  },
  {
    name: "work_type",
    label: t("order.workType"),
    kind: "choice",
    hint: t("ticket.byWords"),
    options: Object.keys(codes.work_type ?? {}).map((one) => [one, code("work_type", one)]),
  },
];

/** Open a work order for a ticket; what is left open follows from the words and the work type. */
export function OrderDialog({ ticket, onClose }: { ticket: Ticket; onClose: () => void }) {
  return (
    <FormDialog
      title={`${t("ticket.openOrder")}: ${ticket.number}`}
      fields={fields(ticket)}
      initial={{ summary: ticket.summary, asset_id: ticket.asset_id, site_id: ticket.site_id }}
      action={t("ticket.openOrder")}
      send={(values) =>
        post(
          `${ticketPath(ticket.id)}/work-orders`,
          Object.fromEntries(Object.entries(values).filter(([, value]) => value)),
        )
      }
      keys={[...staleBy(ticket.id), ["orders"], ["board"]]}
      onClose={onClose}
    />
  );
}
