import { useState } from "react";
import { ApiProblem, post } from "../../shared/api/client";
import type { Page, WorkOrder } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { dayOf } from "../../shared/money";
import { Facts, Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { FormDialog, useOne } from "../kit";
import { useRights } from "../rights";
import { select } from "../route";
import { type Decided, KINDS, shareText } from "./api";

export function reasonText(decided: Decided): string {
  const { reason } = decided;
  if (reason === "overridden") return t("coverage.reason.overridden", { note: decided.note ?? "" });
  if (reason === "not_in_scope" || reason === "entitlement_spent" || reason === "nothing_agreed") {
    return t(`coverage.reason.${reason}`);
  }
  return t(`coverage.reason.${reason}`, { day: dayOf(decided.reason_on) });
}

const TONE = { warranty: ui.chipGood, contract: ui.chipGood, none: ui.chipWarn } as const;

function Override({ order, decided, onClose }: { order: WorkOrder; decided: Decided; onClose: () => void }) {
  const own = `/api/v1/work-orders/${order.id}`;
  return (
    <FormDialog
      title={t("coverage.overrideTitle")}
      fields={[
        {
          kind: "choice",
          name: "basis",
          label: t("coverage.basis"),
          required: true,
          options: (["warranty", "contract", "none"] as const).map((one) => [
            one,
            t(`coverage.basis.${one}`),
          ]),
        },
        {
          kind: "pick",
          of: "contract",
          name: "contract_id",
          label: t("coverage.basis.contract"),
          required: true,
          within: () => (order.customer ? { customer_id: order.customer.id } : {}) as Record<string, string>,
          shown: (values) => values.basis === "contract",
        },
        ...KINDS.map((kind) => ({
          kind: "number" as const,
          name: kind,
          label: `${t(`money.kind.${kind}`)} %`,
          required: true,
          min: 0,
          max: 100,
        })),
        { name: "reason", label: t("coverage.why"), required: true, across: true },
      ]}
      initial={{ basis: decided.basis, contract_id: decided.contract_id, ...decided.coverage, reason: "" }}
      send={({ basis, contract_id, reason, ...coverage }) =>
        post(`${own}/coverage`, {
          basis,
          coverage,
          reason,
          ...(basis === "contract" ? { contract_id } : {}),
        })
      }
      keys={[[`${own}/coverage`], [`${own}/cost-sheet`], [`${own}/quote-proposal`]]}
      onClose={onClose}
    />
  );
}

/** Who pays for an order, as it was decided when it was opened or by a person since. */
export function Coverage({ order }: { order: WorkOrder }) {
  const found = useOne<Page<Decided>>(`/api/v1/work-orders/${order.id}/coverage`);
  const mayDecide = useRights().money;
  const [deciding, setDeciding] = useState(false);
  const undecided = found.error instanceof ApiProblem && found.error.status === 404;
  const [holds, ...former] = found.data?.items ?? [];
  return (
    <Section
      title={t("coverage.title")}
      aside={
        mayDecide &&
        holds && (
          <button type="button" className={ui.button} onClick={() => setDeciding(true)}>
            {t("coverage.override")}
          </button>
        )
      }
    >
      {found.isPending && <Loading />}
      {undecided && <p className={ui.soft}>{t("coverage.undecided")}</p>}
      {found.isError && !undecided && <Failure error={found.error} retry={() => void found.refetch()} />}
      {holds && (
        <div className={ui.stack}>
          <p>
            <span className={`${ui.chip} ${TONE[holds.basis]}`}>{t(`coverage.basis.${holds.basis}`)}</span>{" "}
            {reasonText(holds)}{" "}
            {holds.contract_id && (
              <button
                type="button"
                className={ui.button}
                onClick={() => holds.contract_id && select("contracts", holds.contract_id)}
              >
                {holds.contract_number}
              </button>
            )}
          </p>
          <Facts
            rows={KINDS.map((kind) => [t(`money.kind.${kind}`), shareText(holds.coverage[kind])] as const)}
          />
          {former.map((one) => (
            <p key={one.seq} className={ui.soft}>
              <s>{t(`coverage.basis.${one.basis}`)}</s> {reasonText(one)}
            </p>
          ))}
        </div>
      )}
      {deciding && holds && <Override order={order} decided={holds} onClose={() => setDeciding(false)} />}
    </Section>
  );
}
