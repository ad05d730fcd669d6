import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem, get, patch } from "../../shared/api/client";
import { type Document, devicePath, type Twin } from "../../shared/api/fleet";
import type { Device } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { Refusal, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import css from "./device.module.css";
import { mergePatch, readObject } from "./documents";

const shown = (document: Document) => JSON.stringify(document, null, 2);

/** The desired document as text; what is sent is the change against the version that was read. */
export function TwinDialog({ device, twin, onClose }: { device: Device; twin: Twin; onClose: () => void }) {
  const queries = useQueryClient();
  const [base, setBase] = useState(twin);
  const [text, setText] = useState(() => shown(twin.desired));
  const [moved, setMoved] = useState(false);
  const read = readObject(text);
  const change = read.value && mergePatch(base.desired, read.value);
  const unchanged = change !== null && Object.keys(change).length === 0;
  const path = devicePath(device.id, "/twin");
  const save = useMutation({
    mutationFn: (desired: Document) => patch<Twin>(path, { version: base.desired_version, desired }),
    onSuccess: (made) => {
      queries.setQueryData(["twin", device.id], made);
      onClose();
    },
    onError: async (error) => {
      if (!(error instanceof ApiProblem) || error.slug !== "stale-version") return;
      setBase(await get<Twin>(path));
      setMoved(true);
    },
  });
  const stale = save.error instanceof ApiProblem && save.error.slug === "stale-version";
  return (
    <Modal title={t("twin.edit")} onClose={onClose} wide>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          if (change) save.mutate(change);
        }}
      >
        <p className={ui.soft}>
          {device.name}, {t("twin.version", { n: base.desired_version })}
        </p>
        <label className={ui.field}>
          <span>{t("twin.document")}</span>
          <textarea
            className={`${ui.input} ${css.code}`}
            rows={12}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        {read.fault && (
          <p className={ui.error} role="alert">
            {read.fault}
          </p>
        )}
        {change && (
          <div className={ui.field}>
            <span>{t("twin.change")}</span>
            <code className={css.payload}>{unchanged ? t("twin.noChange") : JSON.stringify(change)}</code>
          </div>
        )}
        {moved && (
          <div className={css.notice} role="alert">
            <p>{t("twin.stale", { n: base.desired_version })}</p>
            <code className={css.payload}>{shown(base.desired)}</code>
            <button type="button" className={ui.button} onClick={() => setText(shown(base.desired))}>
              {t("twin.reload")}
            </button>
          </div>
        )}
        {!stale && <Refusal error={save.error} />}
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.primary}`}
            disabled={!change || unchanged || save.isPending}
          >
            {t("form.save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
