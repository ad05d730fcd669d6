import { type FormEvent, useState } from "react";
import { t } from "../../shared/i18n";
import { problemText, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import css from "./cases.module.css";
import { useDismiss } from "./useCases";

/** Ask why a waiting case is called off, and whether nothing was wrong. */
export function DismissDialog({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [noFault, setNoFault] = useState(false);
  const dismiss = useDismiss(onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    dismiss.mutate({ id, reason: reason.trim(), no_fault: noFault });
  };
  return (
    <Modal title={t("cases.dismissOf", { name })} onClose={onClose}>
      <form className={ui.stack} onSubmit={submit}>
        <p>{t("cases.dismissText")}</p>
        <label className={ui.field}>
          <span>{t("cases.reason")}</span>
          <input
            className={ui.input}
            required
            maxLength={200}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        <label className={css.check}>
          <input type="checkbox" checked={noFault} onChange={(event) => setNoFault(event.target.checked)} />
          {t("cases.noFault")}
        </label>
        {dismiss.isError && (
          <p className={ui.error} role="alert">
            {problemText(dismiss.error)}
          </p>
        )}
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.danger}`}
            disabled={dismiss.isPending || reason.trim() === ""}
          >
            {t("cases.dismiss")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
