import { useState } from "react";
import { post } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { uuid } from "../../shared/ids";
import { dayOf } from "../../shared/money";
import { moment, quantity } from "../../shared/time";
import { Facts, Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { FormDialog, useOne, usePages } from "../kit";
import { Panel } from "../Panel";
import { useRights } from "../rights";
import { select } from "../route";
import { type Allowance, type Contract, type Entry, KINDS, shareText, type Terms, UNITS } from "./api";
import { ContractDialog } from "./ContractDialog";
import { InForce } from "./ContractList";
import css from "./contracts.module.css";

export function scopeText(terms: Terms): string {
  const parts = [
    terms.asset_ids.length > 0 && t("contract.scopeAssets", { n: terms.asset_ids.length }),
    terms.class_codes.length > 0 && t("contract.scopeClasses", { names: terms.class_codes.join(", ") }),
    terms.site_ids.length > 0 && t("contract.scopeSites", { n: terms.site_ids.length }),
  ].filter(Boolean);
  return parts.join(", ") || t("contract.scopeAll");
}

function Balances({ contract }: { contract: Contract }) {
  const path = `/api/v1/contracts/${contract.id}/allowances`;
  const found = useOne<Page<Allowance>>(path);
  const mayWrite = useRights().money;
  const [granting, setGranting] = useState(false);
  const [operation] = useState(uuid);
  const counted = contract.terms.entitlements.map(({ unit }) => unit);
  return (
    <Section
      title={t("contract.entitlements")}
      aside={
        mayWrite &&
        counted.length > 0 && (
          <button type="button" className={ui.button} onClick={() => setGranting(true)}>
            {t("contract.grantMore")}
          </button>
        )
      }
    >
      {found.isPending && <Loading />}
      {found.isError && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.data?.items.length === 0 && <p className={ui.soft}>{t("contract.noEntitlements")}</p>}
      {found.data?.items.map((one) => (
        <div key={one.id} className={css.meter}>
          <div className={css.meterHead}>
            <span>
              <strong>{t(`contract.unit.${one.unit}`)}</strong>{" "}
              <span className={ui.soft}>
                {t("contract.period", { from: dayOf(one.starts_on), to: dayOf(one.ends_on) })}
              </span>
            </span>
            <span className={ui.num}>
              {t("contract.granted", { balance: quantity(one.balance), granted: quantity(one.granted) })}
            </span>
          </div>
          <progress
            aria-label={t(`contract.unit.${one.unit}`)}
            max={Math.max(Number(one.granted), 1)}
            value={Number(one.balance)}
          />
        </div>
      ))}
      {granting && (
        <FormDialog
          title={t("contract.grantMore")}
          fields={[
            {
              kind: "choice",
              name: "unit",
              label: t("contract.entitlements"),
              required: true,
              options: UNITS.filter((unit) => counted.includes(unit)).map((unit) => [
                unit,
                t(`contract.unit.${unit}`),
              ]),
            },
            {
              kind: "number",
              name: "quantity",
              label: t("contract.quantity"),
              required: true,
              min: 0,
              step: "any",
            },
            { name: "reason", label: t("contract.reason"), required: true, across: true },
          ]}
          initial={{ unit: counted[0], quantity: 1, reason: "" }}
          send={(values) =>
            post(`/api/v1/contracts/${contract.id}/allowance-entries`, {
              ...values,
              quantity: String(values.quantity),
              client_op_id: operation,
            })
          }
          keys={[[path], [`/api/v1/contracts/${contract.id}/allowance-entries`]]}
          onClose={() => setGranting(false)}
        />
      )}
    </Section>
  );
}

function Ledger({ contract }: { contract: Contract }) {
  const list = usePages<Entry>(`/api/v1/contracts/${contract.id}/allowance-entries`, {}, 20);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title={t("contract.ledger")}>
      {list.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("contract.ledgerEmpty")}</p>}
      {rows.length > 0 && (
        <div className={css.box}>
          <table aria-label={t("contract.ledger")}>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td>{moment(row.at)}</td>
                  <td>{t(`contract.entry.${row.kind}`)}</td>
                  <td className={css.right}>
                    {quantity(row.quantity)} {t(`contract.unit.${row.unit}`)}
                  </td>
                  <td>
                    {row.work_order_id && (
                      <button
                        type="button"
                        className={ui.button}
                        onClick={() => row.work_order_id && select("orders", row.work_order_id)}
                      >
                        {t("quote.order")}
                      </button>
                    )}{" "}
                    {row.reason}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasNextPage && (
        <button type="button" className={ui.button} onClick={() => void list.fetchNextPage()}>
          {t("app.more")}
        </button>
      )}
    </Section>
  );
}

function Versions({ id }: { id: string }) {
  const found = useOne<Page<Terms>>(`/api/v1/contracts/${id}/versions`);
  if ((found.data?.items.length ?? 0) < 2) return null;
  return (
    <Section title={t("contract.versions")}>
      <Facts
        rows={(found.data?.items ?? []).map((terms) => [
          t("money.version", { n: terms.version }),
          `${moment(terms.written_at)} · ${terms.name} · ${dayOf(terms.starts_on)} – ${dayOf(terms.ends_on)} · ${KINDS.map(
            (kind) => `${t(`money.kind.${kind}`)} ${shareText(terms.coverage[kind])}`,
          ).join(", ")}`,
        ])}
      />
    </Section>
  );
}

/** One contract: its terms, what is left of its entitlements, its ledger and its former terms. */
export function ContractPanel({ id }: { id: string }) {
  const query = useOne<Contract>(`/api/v1/contracts/${encodeURIComponent(id)}`);
  const prices = useOne<{ name: string }>(
    query.data?.terms.price_list_id ? `/api/v1/price-lists/${query.data.terms.price_list_id}` : null,
  );
  const mayWrite = useRights().money;
  const [editing, setEditing] = useState(false);
  const contract = query.data;
  if (!contract) {
    return (
      <Panel title={t("view.contracts")}>
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Panel>
    );
  }
  const { terms } = contract;
  return (
    <Panel
      title={contract.name}
      lead={
        <span>
          <span className={ui.mono}>{contract.number}</span> <InForce yes={contract.in_force} />
        </span>
      }
    >
      <Section
        title={t("order.description")}
        aside={
          mayWrite && (
            <button type="button" className={ui.button} onClick={() => setEditing(true)}>
              {t("money.edit")}
            </button>
          )
        }
      >
        <Facts
          rows={[
            [t("contract.customer"), contract.customer_name],
            [t("contract.starts"), dayOf(contract.starts_on)],
            [t("contract.ends"), dayOf(contract.ends_on)],
            [t("contract.scope"), scopeText(terms)],
            ...KINDS.map((kind) => [t(`money.kind.${kind}`), shareText(terms.coverage[kind])] as const),
            [t("contract.tier"), terms.tier],
            [t("contract.prices"), prices.data?.name],
            [t("contract.note"), terms.note],
          ]}
        />
      </Section>
      <Balances contract={contract} />
      <Ledger contract={contract} />
      <Versions id={contract.id} />
      {editing && <ContractDialog contract={contract} onClose={() => setEditing(false)} />}
    </Panel>
  );
}
