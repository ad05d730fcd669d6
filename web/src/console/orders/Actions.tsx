import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiProblem, post } from "../../shared/api/client";
import { fill, label, t } from "../../shared/i18n";
import { problemText, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import css from "../panel.module.css";

const NEEDS_REASON = new Set(["cancel", "reject"]);

interface Target {
  /** Where the action is sent to. */
  path: string;
  /** How people call the thing. */
  name: string;
  version?: number;
  /** Keys `<kind>action.x` and `<kind>ask.x` of the dictionary. */
  kind: "" | "visit.";
  /** A case is behind it: who cancels it says whether anything is wrong at all. */
  predicted?: boolean;
}

function question({ kind, name }: Target, action: string): string {
  const params = { number: name, action: label(`${kind}action`, action) };
  const template = label(`${kind}ask`, action);
  return template.includes("{number}") ? fill(template, params) : t("action.ask.other", params);
}

function Confirm({
  target,
  action,
  onClose,
}: {
  target: Target;
  action: string;
  onClose: (done: boolean) => void;
}) {
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: ({ reason, noFault }: { reason: string; noFault: boolean }) =>
      post(target.path, {
        action,
        ...(target.version === undefined ? {} : { version: target.version }),
        ...(reason ? { reason } : {}),
        ...(noFault ? { no_fault: true } : {}),
      }),
    onSuccess: () => onClose(true),
    onSettled: () => {
      for (const key of ["order", "orders", "board"]) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    act.mutate({ reason: String(form.get("reason") ?? "").trim(), noFault: form.has("no_fault") });
  };
  const conflict = act.error instanceof ApiProblem && act.error.status === 409;
  return (
    <Modal title={label(`${target.kind}action`, action)} onClose={() => onClose(false)}>
      <form onSubmit={submit} className={ui.stack}>
        <p>{question(target, action)}</p>
        {NEEDS_REASON.has(action) && (
          <label className={ui.field}>
            <span>{t("action.reason")}</span>
            <textarea className={ui.input} name="reason" rows={3} required maxLength={500} />
          </label>
        )}
        {target.predicted && action === "cancel" && (
          <label className={css.check}>
            <input type="checkbox" name="no_fault" />
            {t("cases.noFault")}
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
            className={`${ui.button} ${NEEDS_REASON.has(action) ? ui.danger : ui.primary}`}
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
export function Actions({ actions, ...target }: Target & { actions: readonly string[] }) {
  const [asking, setAsking] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  return (
    <>
      {actions.length > 0 && (
        <div className={css.actions} role="group" aria-label={`${t("action.title")} ${target.name}`}>
          {actions.map((action) => (
            <button
              key={action}
              type="button"
              className={`${ui.button} ${NEEDS_REASON.has(action) ? ui.danger : ""}`}
              onClick={() => setAsking(action)}
            >
              {label(`${target.kind}action`, action)}
            </button>
          ))}
        </div>
      )}
      <p className={done ? css.done : ""} role="status">
        {done && t("action.done", { action: label(`${target.kind}action`, done) })}
      </p>
      {asking && (
        <Confirm
          target={target}
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
