import { useState } from "react";
import { post } from "../../shared/api/client";
import { devicePath } from "../../shared/api/fleet";
import type { Device } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Section, ui } from "../../shared/ui/parts";
import { ConfirmDialog } from "../ConfirmDialog";
import { CopyButton } from "../CopyButton";
import { Modal } from "../Modal";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import { Certificates } from "./Certificates";
import css from "./device.module.css";

function NewSecret({ name, secret, onClose }: { name: string; secret: string; onClose: () => void }) {
  return (
    <Modal title={`${t("access.secret")} · ${name}`} onClose={onClose}>
      <div className={ui.stack}>
        <p>{t("access.newSecret")}</p>
        <code className={css.payload}>{secret}</code>
        <div className={ui.dialogButtons}>
          <CopyButton text={secret} />
          <button type="button" className={`${ui.button} ${ui.primary}`} onClick={onClose}>
            {t("app.close")}
          </button>
        </div>
      </div>
    </Modal>
  );
}

function Secret({ device }: { device: Device }) {
  const [asking, setAsking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const rotate = useWrite(
    () => post<{ secret: string }>(devicePath(device.id, "/secret"), {}),
    [["device", device.id]],
    (made) => {
      setAsking(false);
      setSecret(made.secret);
    },
  );
  return (
    <Section title={t("access.secret")}>
      <div className={ui.stack}>
        <p className={ui.soft}>{t("access.secretLead")}</p>
        <div>
          <button
            type="button"
            className={ui.button}
            disabled={Boolean(device.revoked_at)}
            onClick={() => setAsking(true)}
          >
            {t("access.rotate")}
          </button>
        </div>
      </div>
      {asking && (
        <ConfirmDialog
          title={t("access.rotate")}
          text={t("access.rotateAsk", { name: device.name })}
          action={t("access.rotate")}
          danger
          busy={rotate.isPending}
          error={rotate.error}
          onConfirm={() => rotate.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
      {secret && <NewSecret name={device.name} secret={secret} onClose={() => setSecret(null)} />}
    </Section>
  );
}

function ShutOut({ device }: { device: Device }) {
  const [asking, setAsking] = useState(false);
  const revoke = useWrite(
    () => post<Device>(devicePath(device.id, "/revoke"), {}),
    [["device", device.id], ["devices"], ["fleet"]],
    () => setAsking(false),
  );
  if (device.revoked_at) return null;
  return (
    <Section title={t("access.shutOut")}>
      <div className={ui.stack}>
        <p className={ui.soft}>{t("access.shutOutLead")}</p>
        <div>
          <button type="button" className={`${ui.button} ${ui.danger}`} onClick={() => setAsking(true)}>
            {t("access.revoke")}
          </button>
        </div>
      </div>
      {asking && (
        <ConfirmDialog
          title={t("access.revoke")}
          text={t("access.revokeAsk", { name: device.name })}
          action={t("access.revoke")}
          danger
          typed={device.name}
          busy={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </Section>
  );
}

/** How a device proves who it is, and how it is shut out. */
export function Access({ device }: { device: Device }) {
  const rights = useRights();
  return (
    <>
      {device.revoked_at && (
        <Section title={t("access.state")}>
          <p className={ui.error}>{t("access.revoked", { time: moment(device.revoked_at) })}</p>
        </Section>
      )}
      {rights.own && <Secret device={device} />}
      <Certificates device={device} />
      {rights.own && <ShutOut device={device} />}
    </>
  );
}
