import { useQuery } from "@tanstack/react-query";
import { get } from "../../shared/api/client";
import type { WorkOrder } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { moment, quantity } from "../../shared/time";
import { Due, Facts, Failure, Loading, PriorityBadge, Section, StateLabel, ui } from "../../shared/ui/parts";
import { Kin } from "../catalogue/Kin";
import { Marks } from "../catalogue/Marks";
import { Recurring } from "../catalogue/Recurring";
import { Coverage } from "../contracts/Coverage";
import { CostSheet } from "../costs/CostSheet";
import { hoursText } from "../customers/hours";
import { FileList } from "../files/FileList";
import { Panel } from "../Panel";
import css from "../panel.module.css";
import { OrderQuotes } from "../quotes/OrderQuotes";
import { Reports } from "../reports/Reports";
import { select } from "../route";
import { Actions } from "./Actions";
import { CaseAdvice } from "./CaseAdvice";
import { CaseEvidence } from "./CaseEvidence";
import { OrderLinks } from "./OrderLinks";
import { PlanReasons } from "./PlanReasons";
import { SlaClocks } from "./SlaClocks";
import { Timeline } from "./Timeline";
import { Visits } from "./Visits";

const LIVE_PARTS = new Set(["held", "consumed"]);
const SETTLED = new Set(["completed", "verified", "closed", "cancelled"]);

function Path({ names }: { names: readonly string[] }) {
  return (
    <ol className={css.path}>
      {names.map((name, depth) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two levels may bear the same name
        <li key={`${depth} ${name}`}>{name}</li>
      ))}
    </ol>
  );
}

function TicketLink({ id }: { id: string }) {
  return (
    <button type="button" className={css.link} onClick={() => select("tickets", id)}>
      {t("order.openTicket")}
    </button>
  );
}

function Where({ order }: { order: WorkOrder }) {
  const skill =
    order.skill &&
    t("order.skillLevel", { skill: code("skill", order.skill), level: order.skill_level ?? 1 });
  return (
    <Section title={t("order.description")}>
      <div className={ui.stack}>
        {order.description && <p className={css.text}>{order.description}</p>}
        <Facts
          rows={[
            [
              t("order.asset"),
              order.asset_path.length > 0 ? <Path key="path" names={order.asset_path} /> : order.asset_name,
            ],
            [t("order.site"), [order.site?.name, order.site?.address].filter(Boolean).join(", ")],
            [t("order.access"), order.site?.access_notes],
            [t("site.hours"), hoursText(order.site?.opening_hours ?? [])],
            [t("order.customer"), order.customer?.name],
            [t("order.phone"), order.customer?.phone],
            [t("ticket.title"), order.ticket_id && <TicketLink key="ticket" id={order.ticket_id} />],
            [t("order.workType"), code("work_type", order.work_type)],
            [t("order.skill"), skill],
            [t("order.source"), code("source", order.source)],
            [t("order.foundBy"), order.found_by && <OrderLinks key="by" orders={[order.found_by]} />],
            [t("order.found"), order.found?.length ? <OrderLinks key="found" orders={order.found} /> : null],
            [t("order.signature"), order.signature_required ? t("app.yes") : null],
            [t("order.created"), moment(order.created_at)],
            [
              t("order.due"),
              order.due_at &&
                `${moment(order.due_at)}${order.due_basis ? ` (${code("due_basis", order.due_basis)})` : ""}`,
            ],
          ]}
        />
      </div>
    </Section>
  );
}

function Parts({ order }: { order: WorkOrder }) {
  return (
    <Section title={t("order.parts")}>
      {order.expected_parts.length === 0 && <p className={ui.soft}>{t("order.noParts")}</p>}
      <ul className={css.list}>
        {order.expected_parts.map((part) => {
          const held = order.reservations.filter((one) => one.part_number === part.part_number);
          return (
            <li key={part.part_id}>
              <span>
                {part.part_name} <span className={ui.mono}>{part.part_number}</span> ×{" "}
                {quantity(part.quantity)}
              </span>
              <span className={ui.soft}>
                {held.map((one) => (
                  <span
                    key={`${one.location_name} ${one.state} ${one.expires_at}`}
                    className={`${ui.chip} ${LIVE_PARTS.has(one.state) ? ui.chipGood : ""}`}
                  >
                    {code("reservation", one.state)} {quantity(one.quantity)} · {one.location_name}
                    {one.state === "held" &&
                      one.expires_at &&
                      ` · ${t("order.expires", { time: moment(one.expires_at) })}`}
                  </span>
                ))}
              </span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

function Conclusion({ order }: { order: WorkOrder }) {
  if (!order.finding) return null;
  const { outcome, failure_mode, cause, activity, note } = order.finding;
  return (
    <Section title={t("order.finding")}>
      <Facts
        rows={[
          [t("order.finding.outcome"), code("outcome", outcome)],
          [t("order.finding.mode"), failure_mode && code("failure_group", failure_mode)],
          [t("order.finding.cause"), cause && code("cause", cause)],
          [t("order.finding.activity"), activity && code("activity", activity)],
          [t("order.finding.note"), note],
        ]}
      />
    </Section>
  );
}

/** The order itself, to which files are added from here, and its visits. */
function subjectsOf(order: WorkOrder) {
  const visits = order.visits.map((visit) => ({
    kind: "visit" as const,
    id: visit.id,
    name: t("order.visitNo", { n: visit.visit_no }),
  }));
  return [{ kind: "work_order" as const, id: order.id, name: order.number }, ...visits];
}

/** Everything about one work order, from why it exists to what was found. */
export function OrderPanel({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ["order", id],
    queryFn: ({ signal }) => get<WorkOrder>(`/api/v1/work-orders/${encodeURIComponent(id)}`, {}, signal),
  });
  const order = query.data;
  if (!order) {
    return (
      <Panel title={t("order.title", { number: "" })}>
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Panel>
    );
  }
  const lead = (
    <div className={css.lead}>
      <span className={css.number}>{order.number}</span>
      <PriorityBadge priority={order.priority} />
      <StateLabel kind="order" state={order.state} />
      <Due at={order.due_at} settled={SETTLED.has(order.state)} />
    </div>
  );
  return (
    <Panel title={order.summary} lead={lead}>
      <Actions
        kind=""
        path={`/api/v1/work-orders/${encodeURIComponent(order.id)}/actions`}
        name={order.number}
        version={order.version}
        predicted={order.case_id !== null}
        actions={order.allowed_actions}
      />
      <Marks order={order} />
      <Recurring path={`/api/v1/work-orders/${encodeURIComponent(order.id)}`} />
      <Where order={order} />
      <Coverage order={order} />
      <OrderQuotes order={order} />
      {order.sla.length > 0 && <SlaClocks clocks={order.sla} orderId={order.id} />}
      {order.case_id && <CaseEvidence id={order.case_id} />}
      {order.case_id && <CaseAdvice id={order.case_id} />}
      <Parts order={order} />
      <PlanReasons id={order.id} version={order.version} />
      <Visits visits={order.visits} />
      <Conclusion order={order} />
      <CostSheet order={order} />
      <Reports orderId={order.id} visits={order.visits} />
      <FileList subjects={subjectsOf(order)} />
      <Kin order={order} />
      <Timeline entries={order.timeline} />
    </Panel>
  );
}
