import type { UseQueryResult } from "@tanstack/react-query";
import type { BrokerFigures, BrokerView } from "../../shared/api/types";
import { label, t } from "../../shared/i18n";
import { ago, duration, number, useNow } from "../../shared/time";
import { Empty, Facts, Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { bytes } from "./figures";
import css from "./fleet.module.css";
import { Spark } from "./Spark";

function count(value: number | null): string | null {
  return value === null ? null : number(value);
}

function traffic(messages: number | null, size: number | null): string | null {
  return messages === null || size === null
    ? null
    : t("broker.messages", { n: number(messages), size: bytes(size) });
}

function Figures({ now }: { now: BrokerFigures }) {
  const at = useNow(5);
  return (
    <Section title={t("broker.title")} aside={<span className={ui.soft}>{t("broker.lead")}</span>}>
      <Facts
        rows={[
          [t("broker.heard"), now.heard_at && ago(now.heard_at, at)],
          [t("broker.connected"), count(now.clients_connected)],
          [t("fleet.sessions"), count(now.sessions_abandoned)],
          [t("fleet.queue"), count(now.messages_queued)],
          [t("broker.held"), now.bytes_held === null ? null : bytes(now.bytes_held)],
          [t("broker.dropped"), count(now.dropped_total)],
          [t("broker.received"), traffic(now.received_total, now.bytes_received_total)],
          [t("broker.sent"), traffic(now.sent_total, now.bytes_sent_total)],
          [t("broker.uptime"), now.uptime_seconds === null ? null : duration(now.uptime_seconds * 1000)],
          [t("broker.version"), now.version],
        ]}
      />
    </Section>
  );
}

function Line({ name, values }: { name: string; values: readonly (number | null)[] }) {
  const most = Math.max(0, ...values.map((value) => value ?? 0));
  return (
    <figure>
      <figcaption className={css.note}>{t("broker.line", { name, n: number(most) })}</figcaption>
      <Spark name={name} values={values} />
    </figure>
  );
}

function Gateways({ gateways }: { gateways: readonly BrokerFigures[] }) {
  const at = useNow(5);
  return (
    <Section title={t("broker.gateways")}>
      <Facts
        rows={gateways.map((one) => [
          one.gateway,
          `${ago(one.at, at)} · ${t("broker.backlog")} ${number(one.backlog)}`,
        ])}
      />
    </Section>
  );
}

/** How the message broker is, as the gateways hear it. */
export function Broker({ query }: { query: UseQueryResult<BrokerView> }) {
  const view = query.data;
  if (query.isError && !view) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (!view) return <Loading />;
  if (!view.now) return <Empty>{t("broker.none")}</Empty>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
    <div className={css.broker} tabIndex={0} role="region" aria-label={t("broker.title")}>
      {view.warnings.length === 0 ? (
        <p className={css.calm}>{t("broker.calm")}</p>
      ) : (
        <div className={css.warnings} role="status">
          <ul>
            {view.warnings.map((one) => (
              <li key={one}>{label("broker.warning", one)}</li>
            ))}
          </ul>
        </div>
      )}
      <Figures now={view.now} />
      <Section title={t("broker.history")}>
        <div className={css.lines}>
          <Line name={t("fleet.queue")} values={view.history.map((one) => one.messages_queued)} />
          <Line name={t("fleet.sessions")} values={view.history.map((one) => one.sessions_abandoned)} />
        </div>
      </Section>
      <Gateways gateways={view.gateways} />
    </div>
  );
}
