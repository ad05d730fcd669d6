import { code, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Facts, Failure, Loading, PriorityBadge, Section, ui } from "../../shared/ui/parts";
import { Recurring } from "../catalogue/Recurring";
import { PanelTabs, useOne } from "../kit";
import { SlaClocks } from "../orders/SlaClocks";
import { Panel } from "../Panel";
import type { PanelProps } from "../pages";
import panel from "../panel.module.css";
import { select } from "../route";
import { type Ticket, type TicketName, ticketPath } from "./api";
import { Conversation } from "./Conversation";
import { Lines } from "./Lines";
import { TicketActions } from "./TicketActions";
import { Twins } from "./Twins";

const PARTS = ["talk", "timeline", "work", "twins"] as const;
type Part = (typeof PARTS)[number];

function Names({ of }: { of: readonly TicketName[] }) {
  return of.map((one) => (
    <button key={one.id} type="button" className={panel.link} onClick={() => select("tickets", one.id)}>
      {one.number} {one.summary}
    </button>
  ));
}

function About({ ticket }: { ticket: Ticket }) {
  return (
    <Section title={t("ticket.about")}>
      <div className={ui.stack}>
        {ticket.description && <p className={panel.text}>{ticket.description}</p>}
        <Facts
          rows={[
            [t("ticket.mergedInto"), ticket.merged_into && <Names key="into" of={[ticket.merged_into]} />],
            [t("ticket.parts"), ticket.parts.length > 0 ? <Names key="parts" of={ticket.parts} /> : null],
            [t("ticket.customer"), ticket.customer_name],
            [t("ticket.site"), ticket.site_name],
            [t("ticket.asset"), ticket.asset_name],
            [t("ticket.channel"), code("source", ticket.channel)],
            [t("ticket.opened"), moment(ticket.opened_at)],
            [
              t("ticket.firstResponse"),
              ticket.first_response_at ? moment(ticket.first_response_at) : t("ticket.notYet"),
            ],
            [t("ticket.autoAck"), ticket.auto_ack_at && moment(ticket.auto_ack_at)],
            [t("ticket.unansweredSince"), ticket.unanswered_since && moment(ticket.unanswered_since)],
            [t("ticket.resolved"), ticket.resolved_at && moment(ticket.resolved_at)],
          ]}
        />
      </div>
    </Section>
  );
}

function Orders({ ticket }: { ticket: Ticket }) {
  return (
    <Section title={t("ticket.orders")}>
      {ticket.work_orders.length === 0 && <p className={ui.soft}>{t("ticket.noOrders")}</p>}
      <ul className={panel.list} aria-label={t("ticket.orders")}>
        {ticket.work_orders.map((order) => (
          <li key={order.id}>
            <button type="button" className={panel.link} onClick={() => select("orders", order.id)}>
              {order.number} {order.summary}
            </button>
            <span className={ui.soft}>{t(`state.${order.state}` as "state.open")}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function shown(part: Part, ticket: Ticket) {
  if (part === "timeline") return <Lines path={`${ticketPath(ticket.id)}/timeline`} />;
  if (part === "work") return <Orders ticket={ticket} />;
  if (part === "twins") return <Twins ticket={ticket} />;
  return (
    <>
      <Conversation ticket={ticket} />
      {ticket.sla.length > 0 && <SlaClocks clocks={ticket.sla} orderId={ticket.id} />}
      <About ticket={ticket} />
    </>
  );
}

/** A ticket: what is said, what happened, what is done, and what may be the same. */
export function TicketPanel({ id, part }: PanelProps) {
  const query = useOne<Ticket>(ticketPath(id));
  const ticket = query.data;
  if (!ticket) {
    return (
      <Panel title={t("ticket.title")}>
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Panel>
    );
  }
  const open = PARTS.find((one) => one === part) ?? PARTS[0];
  const lead = (
    <div className={panel.lead}>
      <span className={panel.number}>{ticket.number}</span>
      <PriorityBadge priority={ticket.priority} />
      <span className={ui.chip}>{code("ticket_state", ticket.state)}</span>
      {ticket.unanswered_since && (
        <span className={`${ui.chip} ${ui.chipWarn}`}>{t("ticket.unanswered")}</span>
      )}
    </div>
  );
  const tabs = (
    <PanelTabs
      kind="tickets"
      id={id}
      label={ticket.number}
      part={open}
      parts={PARTS}
      nameOf={(one) => t(`ticket.part.${one}`)}
    />
  );
  return (
    <Panel title={ticket.summary} lead={lead} tabs={tabs}>
      <TicketActions ticket={ticket} />
      <Recurring path={ticketPath(id)} />
      <div id="panel-part" role="tabpanel" aria-labelledby={`part-${open}`}>
        {shown(open, ticket)}
      </div>
    </Panel>
  );
}
