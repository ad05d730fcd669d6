import { code, label, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { PriorityBadge, ui } from "../../shared/ui/parts";
import { type Column, type FilterField, ListPage } from "../kit";
import { CHANNELS, STATES, TICKETS, type TicketLine } from "./api";
import { NewTicket } from "./NewTicket";

const columns = (): Column<TicketLine>[] => [
  {
    name: t("ticket.number"),
    width: "112px",
    cell: (row) => <span className={ui.mono}>{row.number}</span>,
  },
  { name: t("ticket.priority"), width: "56px", cell: (row) => <PriorityBadge priority={row.priority} /> },
  { name: t("ticket.state"), width: "116px", cell: (row) => code("ticket_state", row.state) },
  {
    name: t("ticket.summary"),
    width: "minmax(200px, 2fr)",
    cell: (row) => (
      <>
        {row.unanswered_since && (
          <span className={`${ui.chip} ${ui.chipWarn}`}>{t("ticket.unanswered")}</span>
        )}{" "}
        <span title={row.summary}>{row.summary}</span>
      </>
    ),
  },
  {
    name: t("ticket.customer"),
    width: "minmax(110px, 1fr)",
    cell: (row) => row.customer_name ?? t("app.none"),
  },
  { name: t("ticket.asset"), width: "minmax(110px, 1fr)", cell: (row) => row.asset_name ?? t("app.none") },
  { name: t("ticket.channel"), width: "72px", cell: (row) => code("source", row.channel) },
  { name: t("ticket.opened"), width: "104px", cell: (row) => moment(row.opened_at) },
];

const filters = (): FilterField[] => [
  {
    name: "state",
    label: t("ticket.state"),
    none: t("ticket.anyState"),
    options: STATES.map((one) => [one, code("ticket_state", one)]),
  },
  {
    name: "priority",
    label: t("ticket.priority"),
    none: t("ticket.anyPriority"),
    options: [1, 2, 3, 4].map((one) => [String(one), label("priority", one)]),
  },
  {
    name: "channel",
    label: t("ticket.channel"),
    none: t("ticket.anyChannel"),
    options: CHANNELS.map((one) => [one, code("source", one)]),
  },
  { name: "customer_id", label: t("ticket.customer"), kind: "pick", of: "customer" },
  { name: "unanswered", label: t("ticket.waitsForAnswer"), kind: "flag" },
];

/** What customers and devices ask for. */
export function TicketList() {
  return (
    <ListPage<TicketLine>
      label={t("view.tickets")}
      path={TICKETS}
      columns={columns()}
      filters={filters()}
      searched
      kind="tickets"
      nameOf={(row) => `${row.number} ${row.summary}`}
      empty={t("ticket.noneFound")}
      actions={<NewTicket />}
    />
  );
}
