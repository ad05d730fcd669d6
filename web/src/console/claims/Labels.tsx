import { createPortal } from "react-dom";
import type { ClaimMade } from "../../shared/api/fleet";
import { code, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { ui } from "../../shared/ui/parts";
import { CopyButton } from "../CopyButton";
import { Modal } from "../Modal";
import css from "./claims.module.css";
import { qrCode, qrPath } from "./qr";

const QUIET = 4;

function Label({ made, name }: { made: ClaimMade; name: string }) {
  const { claim, payload } = made;
  const picture = qrCode(payload);
  const size = (picture?.length ?? 0) + 2 * QUIET;
  return (
    <li className={css.label}>
      {picture ? (
        <svg
          viewBox={`${-QUIET} ${-QUIET} ${size} ${size}`}
          className={css.qr}
          role="img"
          aria-label={t("claims.qr", { name })}
          shapeRendering="crispEdges"
        >
          <rect x={-QUIET} y={-QUIET} width={size} height={size} fill="#fff" />
          <path d={qrPath(picture)} fill="#000" />
        </svg>
      ) : (
        <p>{t("claims.noQr")}</p>
      )}
      <div className={css.words}>
        <strong>{name}</strong>
        <span>
          {code("model", claim.model)} · {claim.name_prefix}
          {claim.uses_allowed > 1 && ` · ${t("claims.devices", { n: claim.uses_allowed })}`}
        </span>
        <span>{t("claims.until", { time: moment(claim.expires_at) })}</span>
        <code>{payload}</code>
      </div>
    </li>
  );
}

function Sheet({ made }: { made: readonly ClaimMade[] }) {
  return (
    <ul className={css.labels}>
      {made.map((one, index) => (
        <Label key={one.claim.id} made={one} name={t("claims.code", { n: index + 1 })} />
      ))}
    </ul>
  );
}

/** Codes just made, on the screen and as what the printer gets; they cannot be shown a second time. */
export function Labels({ made, onClose }: { made: readonly ClaimMade[]; onClose: () => void }) {
  return (
    <Modal title={t("claims.made", { n: made.length })} onClose={onClose} wide>
      <div className={ui.stack}>
        <p>{t("claims.once")}</p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard */}
        <div className={css.shown} tabIndex={0} role="region" aria-label={t("view.claims")}>
          <Sheet made={made} />
        </div>
        <div className={ui.dialogButtons}>
          <CopyButton text={made.map((one) => one.payload).join("\n")} />
          <button type="button" className={ui.button} onClick={() => print()}>
            {t("claims.print")}
          </button>
          <button type="button" className={`${ui.button} ${ui.primary}`} onClick={onClose}>
            {t("app.close")}
          </button>
        </div>
      </div>
      {createPortal(
        <div className={css.paper} aria-hidden="true">
          <Sheet made={made} />
        </div>,
        document.body,
      )}
    </Modal>
  );
}
