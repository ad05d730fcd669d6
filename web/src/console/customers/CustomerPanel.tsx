import { useState } from "react";
import type { Page, WorkOrderItem } from "../../shared/api/types";
import { code, label, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Facts, Failure, Loading, PriorityBadge, Section, StateLabel, ui } from "../../shared/ui/parts";
import { More } from "../cases/More";
import { PanelTabs, useOne, usePages } from "../kit";
import { Panel } from "../Panel";
import css from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";
import { usePolicies } from "../sla/api";
import { AssetsOf } from "./AssetsOf";
import { type Customer, customerPath, SITES, type Site } from "./api";
import { Contacts } from "./Contacts";
import { CustomerDialog } from "./CustomerDialog";
import { hoursText } from "./hours";
import { SiteDialog } from "./SiteDialog";

const PARTS = ["overview", "sites", "assets", "work", "promises"] as const;
type Part = (typeof PARTS)[number];

interface Ticket {
  id: string;
  number: string;
  summary: string;
  state: string;
  created_at: string;
}

function Overview({ customer, mayWrite }: { customer: Customer; mayWrite: boolean }) {
  const [editing, setEditing] = useState(false);
  const edit = mayWrite && customer.merged_into_id === null && (
    <button type="button" className={ui.button} onClick={() => setEditing(true)}>
      {t("promise.edit")}
    </button>
  );
  const into = customer.merged_into_id;
  return (
    <>
      {into && (
        <p className={ui.chip}>
          {t("customer.merged")}{" "}
          <button type="button" className={css.link} onClick={() => select("customers", into)}>
            {t("customer.openMerged")}
          </button>
        </p>
      )}
      <Section title={t("customer.part.overview")} aside={edit}>
        <Facts
          rows={[
            [t("customer.tier"), customer.tier],
            [t("customer.phone"), customer.phone],
            [t("customer.email"), customer.email],
            [t("customer.locale"), label("customer.locale", customer.locale)],
            [t("customer.note"), customer.note],
          ]}
        />
      </Section>
      <Contacts customerId={customer.id} mayWrite={mayWrite} />
      {editing && <CustomerDialog customer={customer} onClose={() => setEditing(false)} />}
    </>
  );
}

function Sites({ customer, mayWrite }: { customer: Customer; mayWrite: boolean }) {
  const query = usePages<Site>(SITES, { customer_id: customer.id });
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const [adding, setAdding] = useState(false);
  const add = mayWrite && (
    <button type="button" className={ui.button} onClick={() => setAdding(true)}>
      {t("site.new")}
    </button>
  );
  return (
    <Section title={t("customer.part.sites")} aside={add}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("site.none")}</p>}
      <ul className={css.list}>
        {rows.map((row) => (
          <li key={row.id}>
            <span>
              <button type="button" className={css.link} onClick={() => select("sites", row.id)}>
                {row.name}
              </button>
              <br />
              <span className={ui.soft}>{row.address}</span>
            </span>
            <span className={ui.soft}>{hoursText(row.opening_hours)}</span>
          </li>
        ))}
      </ul>
      <More query={query} />
      {adding && <SiteDialog site={null} customerId={customer.id} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function Work({ customer }: { customer: Customer }) {
  const orders = usePages<WorkOrderItem>("/api/v1/work-orders", { customer_id: customer.id });
  const tickets = usePages<Ticket>("/api/v1/tickets", { customer_id: customer.id });
  const orderRows = orders.data?.pages.flatMap((page) => page.items) ?? [];
  const ticketRows = tickets.data?.pages.flatMap((page: Page<Ticket>) => page.items) ?? [];
  return (
    <>
      <Section title={t("customer.orders")}>
        {orders.isPending && <Loading />}
        {orders.isError && <Failure error={orders.error} retry={() => void orders.refetch()} />}
        {orders.isSuccess && orderRows.length === 0 && <p className={ui.soft}>{t("customer.noOrders")}</p>}
        <ul className={css.list}>
          {orderRows.map((row) => (
            <li key={row.id}>
              <span>
                <PriorityBadge priority={row.priority} />{" "}
                <button type="button" className={css.link} onClick={() => select("orders", row.id)}>
                  {row.number}
                </button>{" "}
                {row.summary}
              </span>
              <StateLabel kind="order" state={row.state} />
            </li>
          ))}
        </ul>
        <More query={orders} />
      </Section>
      <Section title={t("customer.tickets")}>
        {tickets.isPending && <Loading />}
        {tickets.isError && <Failure error={tickets.error} retry={() => void tickets.refetch()} />}
        {tickets.isSuccess && ticketRows.length === 0 && <p className={ui.soft}>{t("customer.noTickets")}</p>}
        <ul className={css.list}>
          {ticketRows.map((row) => (
            <li key={row.id}>
              <span>
                <button type="button" className={css.link} onClick={() => select("tickets", row.id)}>
                  {row.number}
                </button>{" "}
                {row.summary}
              </span>
              <span className={ui.soft}>
                {code("ticket_state", row.state)} · {moment(row.created_at)}
              </span>
            </li>
          ))}
        </ul>
        <More query={tickets} />
      </Section>
    </>
  );
}

function Promises({ customer }: { customer: Customer }) {
  const query = usePolicies();
  const rows = (query.data ?? []).filter(
    (one) =>
      one.customer_id === customer.id ||
      (one.customer_id === null && customer.tier !== null && one.tier === customer.tier),
  );
  return (
    <Section title={t("customer.promises")}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("customer.noPromises")}</p>}
      <ul className={css.list}>
        {rows.map((one) => (
          <li key={one.policy_id}>
            <span>
              <PriorityBadge priority={one.priority} /> {one.name}{" "}
              <span className={ui.chip}>
                {one.customer_id ? t("customer.forThis") : t("customer.forTier", { tier: one.tier ?? "" })}
              </span>
            </span>
            <span className={ui.soft}>
              {t("customer.minutes", {
                response: one.response_minutes,
                onSite: one.on_site_minutes,
                restore: one.restore_minutes,
              })}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Everything about one customer. */
export function CustomerPanel({ id, part }: { id: string; part?: string }) {
  const query = useOne<Customer>(customerPath(id));
  const customer = query.data;
  const mayWrite = useRights().customers;
  const shown: Part = PARTS.find((one) => one === part) ?? "overview";
  if (!customer) {
    return (
      <Panel title={t("view.customers")}>
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Panel>
    );
  }
  const lead = (
    <div className={css.lead}>
      <span className={css.number}>{customer.number}</span>
      {customer.tier && <span className={ui.chip}>{customer.tier}</span>}
    </div>
  );
  const tabs = (
    <PanelTabs
      kind="customers"
      id={id}
      label={t("customer.parts")}
      part={shown}
      parts={PARTS}
      nameOf={(one) => t(`customer.part.${one}`)}
    />
  );
  return (
    <Panel title={customer.name} lead={lead} tabs={tabs}>
      <div role="tabpanel" id="panel-part" aria-labelledby={`part-${shown}`}>
        {shown === "overview" && <Overview customer={customer} mayWrite={mayWrite} />}
        {shown === "sites" && <Sites customer={customer} mayWrite={mayWrite} />}
        {shown === "assets" && (
          <Section title={t("customer.part.assets")}>
            <AssetsOf within={{ customer_id: id }} />
          </Section>
        )}
        {shown === "work" && <Work customer={customer} />}
        {shown === "promises" && <Promises customer={customer} />}
      </div>
    </Panel>
  );
}
