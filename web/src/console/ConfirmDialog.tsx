import { useState } from "react";
import { t } from "../shared/i18n";
import { Refusal, ui } from "../shared/ui/parts";
import { Modal } from "./Modal";

interface Props {
  title: string;
  text: string;
  /** What the button says. */
  action: string;
  danger?: boolean;
  /** A name to be typed before the button can be used, for what cannot be undone. */
  typed?: string;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Ask before something is sent; the refusal of the server shows in place. */
export function ConfirmDialog({
  title,
  text,
  action,
  danger,
  typed,
  busy,
  error,
  onConfirm,
  onClose,
}: Props) {
  const [name, setName] = useState("");
  return (
    <Modal title={title} onClose={onClose}>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
        }}
      >
        <p>{text}</p>
        {typed && (
          <label className={ui.field}>
            <span>{t("form.typeName", { name: typed })}</span>
            <input
              className={ui.input}
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
        )}
        <Refusal error={error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${danger ? ui.danger : ui.primary}`}
            disabled={busy || (typed !== undefined && name.trim() !== typed)}
          >
            {action}
          </button>
        </div>
      </form>
    </Modal>
  );
}
