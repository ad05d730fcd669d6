import { useState } from "react";
import { post } from "../../shared/api/client";
import { devicePath } from "../../shared/api/fleet";
import type { Device } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { Refusal, ui } from "../../shared/ui/parts";
import { CopyButton } from "../CopyButton";
import { Modal } from "../Modal";
import { useWrite } from "../useWrite";
import css from "./device.module.css";

/** A signing request goes in, a certificate comes out. */
export function SignDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const [csr, setCsr] = useState("");
  const [replace, setReplace] = useState(true);
  const sign = useWrite(
    () =>
      post<{ certificate: string }>(devicePath(device.id, "/certificates"), {
        csr: `${csr.trim()}\n`,
        replace,
      }),
    [["certificates", device.id]],
  );
  const made = sign.data?.certificate;
  return (
    <Modal title={t("access.signTitle", { name: device.name })} onClose={onClose} wide>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          sign.mutate();
        }}
      >
        {made ? (
          <div className={ui.field}>
            <span>{t("access.signed")}</span>
            <code className={css.payload}>{made}</code>
          </div>
        ) : (
          <>
            <label className={ui.field}>
              <span>{t("access.csr")}</span>
              <textarea
                className={`${ui.input} ${css.code}`}
                rows={10}
                required
                maxLength={4096}
                spellCheck={false}
                placeholder="-----BEGIN CERTIFICATE REQUEST-----"
                value={csr}
                onChange={(event) => setCsr(event.target.value)}
              />
            </label>
            <label className={css.row}>
              <input
                type="checkbox"
                checked={replace}
                onChange={(event) => setReplace(event.target.checked)}
              />
              {t("access.replace")}
            </label>
          </>
        )}
        <Refusal error={sign.error} />
        <div className={ui.dialogButtons}>
          {made && <CopyButton text={made} />}
          <button type="button" className={ui.button} onClick={onClose}>
            {made ? t("app.close") : t("app.cancel")}
          </button>
          {!made && (
            <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={sign.isPending}>
              {t("access.sign")}
            </button>
          )}
        </div>
      </form>
    </Modal>
  );
}
