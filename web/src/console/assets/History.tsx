import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { get } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { money } from "../../shared/money";
import { moment, number } from "../../shared/time";
import { Facts, Failure, Loading, Section, StateLabel, ui } from "../../shared/ui/parts";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";
import { type AssetDetail, assetPath, type Reliability } from "./api";
import css from "./assets.module.css";

const SPANS = [30, 90, 365, 1095];
const DAY = 86_400_000;

interface Cost {
  currency: string;
  totals: { cost: string; customer: string; house: string };
  orders: unknown[];
}
interface Order {
  id: string;
  number: string;
  state: string;
  summary: string;
  work_type: string;
  created_at: string;
}

const hours = (n: number | null) => (n === null ? t("asset.unknown") : t("asset.hours", { n: number(n, 1) }));
const share = (n: number | null) => (n === null ? t("asset.unknown") : `${number(n * 100, 2)} %`);

function Figures({ found }: { found: Reliability }) {
  const { mtbf, mrt, mttr, spent } = found;
  const mean = ({ hours: value, count }: Reliability["mrt"]) =>
    value === null ? t("asset.unknown") : t("asset.ofCount", { value: hours(value), n: count });
  const rows: [name: string, value: string, small?: string][] = [
    [
      t("asset.mtbf"),
      mtbf.above
        ? t("asset.above", { n: number(mtbf.hours, 1) })
        : t("asset.ofCount", { value: hours(mtbf.hours), n: mtbf.failures }),
    ],
    [t("asset.mrt"), mean(mrt)],
    [t("asset.mttr"), mean(mttr)],
    [t("asset.inherent"), share(found.inherent_availability)],
    [t("asset.operational"), share(found.operational_availability)],
    [t("asset.operating"), hours(found.operating_hours), t(`asset.basis.${found.basis}`)],
    [t("asset.downUnplanned"), hours(spent.down_unplanned)],
    [t("asset.downPlanned"), hours(spent.down_planned)],
  ];
  return (
    <dl className={css.figures}>
      {rows.map(([name, value, small]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            {small && <small>{small}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Failures({ found }: { found: Reliability }) {
  const rows = [...found.failures].reverse();
  return (
    <Section title={t("asset.failures")}>
      {rows.length === 0 && <p className={ui.soft}>{t("asset.failuresNone")}</p>}
      <ul className={panel.list}>
        {rows.map((one) => (
          <li key={`${one.order_id} ${one.at}`}>
            <span>
              {code("failure_mode", one.mode)}{" "}
              <span className={ui.soft}>
                {moment(one.at)}
                {one.repair_hours !== null && ` · ${t("asset.repair", { n: number(one.repair_hours, 1) })}`}
              </span>{" "}
              {one.former_at && (
                <span
                  className={`${ui.chip} ${ui.chipWarn}`}
                  title={t("asset.recurringSince", { at: moment(one.former_at) })}
                >
                  {t("asset.recurring")}
                </span>
              )}
            </span>
            {one.number && (
              <button type="button" className={panel.link} onClick={() => select("orders", one.order_id)}>
                {one.number}
              </button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What the orders that were closed in the span have cost. */
function Costs({ asset, since }: { asset: AssetDetail; since: string }) {
  const query = useQuery({
    queryKey: ["asset", asset.id, "costs", since],
    queryFn: ({ signal }) =>
      get<Cost>(
        `${assetPath(asset.id)}/costs`,
        { since: since.slice(0, 10), until: new Date().toISOString().slice(0, 10) },
        signal,
      ),
  });
  const found = query.data;
  return (
    <Section title={t("asset.costs")}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {found && found.orders.length === 0 && <p className={ui.soft}>{t("asset.costsNone")}</p>}
      {found && found.orders.length > 0 && (
        <Facts
          rows={[
            [t("asset.cost"), money(found.totals.cost, found.currency)],
            [t("asset.costCustomer"), money(found.totals.customer, found.currency)],
            [t("asset.costHouse"), money(found.totals.house, found.currency)],
            [t("asset.orders"), String(found.orders.length)],
          ]}
        />
      )}
    </Section>
  );
}

function Orders({ asset }: { asset: AssetDetail }) {
  const query = useQuery({
    queryKey: ["asset", asset.id, "orders"],
    queryFn: ({ signal }) =>
      get<Page<Order>>("/api/v1/work-orders", { asset_id: asset.id, limit: 20 }, signal),
  });
  const rows = query.data?.items ?? [];
  return (
    <Section title={t("asset.orders")}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("asset.ordersNone")}</p>}
      <ul className={panel.list}>
        {rows.map((one) => (
          <li key={one.id}>
            <span>
              <button type="button" className={panel.link} onClick={() => select("orders", one.id)}>
                {one.number}
              </button>{" "}
              {one.summary} <span className={ui.soft}>{moment(one.created_at)}</span>
            </span>
            <StateLabel kind="order" state={one.state} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What was done on an asset, how it failed, how reliable that makes it. */
export function History({ asset }: { asset: AssetDetail }) {
  const rights = useRights();
  const [days, setDays] = useState(365);
  const since = useMemo(() => new Date(Date.now() - days * DAY).toISOString(), [days]);
  const query = useQuery({
    queryKey: ["asset", asset.id, "reliability", days],
    queryFn: ({ signal }) => get<Reliability>(`${assetPath(asset.id)}/reliability`, { since }, signal),
  });
  const found = query.data;
  return (
    <>
      <Section
        title={t("asset.reliability")}
        aside={
          <select
            className={ui.input}
            aria-label={t("asset.span")}
            value={days}
            onChange={(event) => setDays(Number(event.target.value))}
          >
            {SPANS.map((one) => (
              <option key={one} value={one}>
                {t("asset.days", { n: one })}
              </option>
            ))}
          </select>
        }
      >
        {query.isPending && <Loading />}
        {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
        {found && <Figures found={found} />}
      </Section>
      {found && <Failures found={found} />}
      {rights.costs && <Costs asset={asset} since={since} />}
      <Orders asset={asset} />
    </>
  );
}
