import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiProblem, post } from "../../shared/api/client";
import type { WorkOrder } from "../../shared/api/types";
import { label, t } from "../../shared/i18n";
import { problemText, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import css from "../panel.module.css";

const ASKED = new Set(["cancel", "verify", "reject", "close"]);
const NEEDS_REASON = new Set(["cancel", "reject"]);
const DANGEROUS = new Set(["cancel", "reject"]);

function question(action: string, number: string): string {
  if (ASKED.has(action)) return t(`action.ask.${action as "cancel"}`, { number });
  return t("action.ask.other", { action: label("action", action), number });
}

function Confirm({
  order,
  action,
  onClose,
}: {
  order: WorkOrder;
  action: string;
  onClose: (done: boolean) => void;
}) {
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: (reason: string) =>
      post(`/api/v1/work-orders/${encodeURIComponent(order.id)}/actions`, {
        action,
        version: order.version,
        ...(reason ? { reason } : {}),
      }),
    onSuccess: () => onClose(true),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["order", order.id] });
      void queries.invalidateQueries({ queryKey: ["orders"] });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    act.mutate(String(new FormData(event.currentTarget).get("reason") ?? "").trim());
  };
  const conflict = act.error instanceof ApiProblem && act.error.status === 409;
  return (
    <Modal title={label("action", action)} onClose={() => onClose(false)}>
      <form onSubmit={submit} className={ui.stack}>
        <p>{question(action, order.number)}</p>
        {NEEDS_REASON.has(action) && (
          <label className={ui.field}>
            <span>{t("action.reason")}</span>
            <textarea className={ui.input} name="reason" rows={3} required maxLength={500} />
          </label>
        )}
        {act.isError && (
          <p className={ui.error} role="alert">
            {problemText(act.error)}
            {conflict && ` ${t("error.conflict")}`}
          </p>
        )}
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={() => onClose(false)}>
            {t("action.keep")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${DANGEROUS.has(action) ? ui.danger : ui.primary}`}
            disabled={act.isPending}
          >
            {act.isPending ? t("action.busy") : t("action.confirm")}
          </button>
        </div>
      </form>
    </Modal>
  );
}

/** What the server allows now; each asks first. */
export function Actions({ order }: { order: WorkOrder }) {
  const [asking, setAsking] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  return (
    <>
      {order.allowed_actions.length > 0 && (
        <div className={css.actions} role="group" aria-label={t("action.title")}>
          {order.allowed_actions.map((action) => (
            <button
              key={action}
              type="button"
              className={`${ui.button} ${DANGEROUS.has(action) ? ui.danger : ""}`}
              onClick={() => setAsking(action)}
            >
              {label("action", action)}
            </button>
          ))}
        </div>
      )}
      <p className={done ? css.done : ""} role="status">
        {done && t("action.done", { action: label("action", done) })}
      </p>
      {asking && (
        <Confirm
          order={order}
          action={asking}
          onClose={(success) => {
            if (success) setDone(asking);
            setAsking(null);
          }}
        />
      )}
    </>
  );
}
