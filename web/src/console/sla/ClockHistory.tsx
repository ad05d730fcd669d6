import { useState } from "react";
import { label, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Failure, Loading, ui } from "../../shared/ui/parts";
import { type Turn, useClocks } from "./api";
import css from "./sla.module.css";
import { actionOf, whenOf } from "./words";

function turnText({ what, detail }: Turn): string {
  if (what === "paused") return t("sla.turn.paused", { reason: label("pause", detail.reason) });
  if (what === "resumed") return t("sla.turn.resumed", { reason: label("pause", detail.reason) });
  if (what === "escalated") {
    return t("sla.turn.escalated", { what: `${whenOf(detail)}, ${actionOf(detail)}` });
  }
  return t(`sla.turn.${what}`);
}

/** What happened to each clock of an order, and the steps that are still to come. */
export function ClockHistory({ orderId }: { orderId: string }) {
  const [open, setOpen] = useState(false);
  const query = useClocks(orderId, open);
  return (
    <details className={css.fold} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("sla.history")}</summary>
      {open && query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.data?.map((clock) => (
        <div key={clock.clock}>
          <h4>
            {t(`sla.clock.${clock.clock}`)}{" "}
            {clock.policy && (
              <span className={ui.soft}>
                {t("sla.terms", { name: clock.policy.name || t("sla.usualTerms"), n: clock.policy.version })}
              </span>
            )}
          </h4>
          <ul className={css.history}>
            {clock.turns.map((turn, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two turns may be of one instant
              <li key={`${place} ${turn.at}`}>
                <time dateTime={turn.at}>{moment(turn.at)}</time>
                <span>{turnText(turn)}</span>
              </li>
            ))}
            {clock.to_come.map((step, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two steps may be of one instant
              <li key={`${place} ${step.due_at}`} className={ui.soft}>
                <time dateTime={step.due_at}>{moment(step.due_at)}</time>
                <span>{`${whenOf(step)}, ${actionOf(step)}`}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </details>
  );
}
