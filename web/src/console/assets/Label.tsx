import { useState } from "react";
import { post, remove } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { Section, ui } from "../../shared/ui/parts";
import { ConfirmDialog } from "../ConfirmDialog";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import { type AssetDetail, assetPath, keysOf } from "./api";
import css from "./assets.module.css";
import { LabelDialog } from "./LabelDialog";

/** The code on an asset: printed, replaced, revoked. */
export function Label({ asset }: { asset: AssetDetail }) {
  const rights = useRights();
  const [open, setOpen] = useState<"print" | "renew" | "revoke" | null>(null);
  const path = `${assetPath(asset.id)}/qr`;
  const close = () => setOpen(null);
  const write = useWrite<"renew" | "revoke", unknown>(
    (what) => (what === "renew" ? post(path, {}) : remove(path)),
    keysOf(asset.id),
    close,
  );
  return (
    <Section title={t("asset.token")}>
      <p>{asset.qr_token ? t("asset.tokenIs", { url: `${location.origin}/a/…` }) : t("asset.tokenNone")}</p>
      {rights.assets && (
        <div className={css.buttons}>
          <button
            type="button"
            className={`${ui.button} ${ui.primary}`}
            disabled={!asset.qr_token}
            onClick={() => setOpen("print")}
          >
            {t("asset.print")}
          </button>
          <button type="button" className={ui.button} onClick={() => setOpen("renew")}>
            {t("asset.renew")}
          </button>
          {asset.qr_token && (
            <button type="button" className={`${ui.button} ${ui.danger}`} onClick={() => setOpen("revoke")}>
              {t("asset.revoke")}
            </button>
          )}
        </div>
      )}
      {open === "print" && <LabelDialog rows={[asset]} onClose={close} />}
      {(open === "renew" || open === "revoke") && (
        <ConfirmDialog
          title={t(`asset.${open}`)}
          text={t(`asset.${open}Lead`)}
          action={t(`asset.${open}`)}
          danger={open === "revoke"}
          busy={write.isPending}
          error={write.error}
          onConfirm={() => write.mutate(open)}
          onClose={close}
        />
      )}
    </Section>
  );
}
