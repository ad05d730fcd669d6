import { useState } from "react";
import { code, t } from "../../shared/i18n";
import { number } from "../../shared/time";
import { Facts, Refusal, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import css from "./firmware.module.css";
import { base64, sha256, useUpload } from "./useFirmware";

const MOST = 6_000_000;

interface Image {
  bytes: Uint8Array<ArrayBuffer>;
  hash: string | null;
}

function faultOf(size: number): string | null {
  if (size === 0) return t("firmware.empty");
  if (size > MOST) return t("firmware.tooLarge", { n: number(MOST), size: number(size) });
  return null;
}

/** A file becomes the image of a model's version; its hash is shown before it is sent. */
export function UploadDialog({ models, onClose }: { models: readonly string[]; onClose: () => void }) {
  const [image, setImage] = useState<Image | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const upload = useUpload(onClose);
  const take = async (file: File | undefined) => {
    setImage(null);
    setFault(file ? faultOf(file.size) : null);
    if (!file || faultOf(file.size)) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    setImage({ bytes, hash: await sha256(bytes) });
  };
  return (
    <Modal title={t("firmware.upload")} onClose={onClose}>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          if (!image) return;
          const form = new FormData(event.currentTarget);
          const text = (name: string) => String(form.get(name) ?? "").trim();
          upload.mutate({
            model: text("model"),
            version: text("version"),
            notes: text("notes"),
            content: base64(image.bytes),
          });
        }}
      >
        <div className={css.form}>
          <label className={`${ui.field} ${css.across}`}>
            <span>{t("firmware.file")}</span>
            <input
              type="file"
              className={ui.input}
              required
              onChange={(event) => void take(event.target.files?.[0])}
            />
          </label>
          <label className={ui.field}>
            <span>{t("firmware.model")}</span>
            <input
              className={ui.input}
              name="model"
              list="image-models"
              required
              maxLength={64}
              pattern="[A-Za-z0-9_.\-]+"
              autoComplete="off"
            />
          </label>
          <datalist id="image-models">
            {models.map((one) => (
              <option key={one} value={one}>
                {code("model", one)}
              </option>
            ))}
          </datalist>
          <label className={ui.field}>
            <span>{t("firmware.version")}</span>
            <input
              className={ui.input}
              name="version"
              required
              maxLength={64}
              pattern="[A-Za-z0-9][A-Za-z0-9._\/\-]*"
              autoComplete="off"
            />
          </label>
          <label className={`${ui.field} ${css.across}`}>
            <span>{t("firmware.notes")}</span>
            <textarea className={ui.input} name="notes" rows={2} maxLength={4000} />
          </label>
        </div>
        {image && (
          <Facts
            rows={[
              [t("firmware.size"), t("letters.bytes", { n: number(image.bytes.length) })],
              [
                t("firmware.hash"),
                image.hash && (
                  <code key="hash" className={ui.mono}>
                    {image.hash}
                  </code>
                ),
              ],
            ]}
          />
        )}
        {fault && (
          <p className={ui.error} role="alert">
            {fault}
          </p>
        )}
        <Refusal error={upload.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.primary}`}
            disabled={!image || upload.isPending}
          >
            {upload.isPending ? t("action.busy") : t("firmware.upload")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
