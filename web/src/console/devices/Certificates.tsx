import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get, post } from "../../shared/api/client";
import { type Certificate, devicePath } from "../../shared/api/fleet";
import type { Device } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { dayOf, moment, useNow } from "../../shared/time";
import { Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { ConfirmDialog } from "../ConfirmDialog";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import css from "./device.module.css";
import { SignDialog } from "./SignDialog";

function Standing({ of: { revoked_at, enforced_at, expires_at } }: { of: Certificate }) {
  const now = useNow(60);
  if (revoked_at && !enforced_at)
    return <span className={`${ui.chip} ${ui.chipWarn}`}>{t("access.revoking")}</span>;
  if (revoked_at)
    return <span className={ui.chip}>{t("access.revokedAt", { time: moment(revoked_at) })}</span>;
  if (Date.parse(expires_at) <= now)
    return <span className={`${ui.chip} ${ui.chipWarn}`}>{t("access.expired")}</span>;
  return <span className={`${ui.chip} ${ui.chipGood}`}>{t("access.valid")}</span>;
}

/** The certificates of a device: signed on request, revoked all at once. */
export function Certificates({ device }: { device: Device }) {
  const mayOwn = useRights().own;
  const [asking, setAsking] = useState<"sign" | "revoke" | null>(null);
  const key = ["certificates", device.id];
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => get<Certificate[]>(devicePath(device.id, "/certificates"), {}, signal),
    refetchInterval: ({ state }) =>
      state.data?.some((one) => one.revoked_at && !one.enforced_at) ? 2_000 : false,
  });
  const revoke = useWrite(
    () => post<Certificate[]>(devicePath(device.id, "/certificates/revoke"), {}),
    [key],
    () => setAsking(null),
  );
  const rows = query.data ?? [];
  return (
    <Section title={t("access.certificates")}>
      <div className={ui.stack}>
        {query.isPending && <Loading />}
        {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
        {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("access.noCertificates")}</p>}
        {rows.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
          <div className={ui.tableWrap} tabIndex={0} role="region" aria-label={t("access.certificates")}>
            <table className={`${ui.table} ${css.dates}`}>
              <thead>
                <tr>
                  <th scope="col">{t("access.serial")}</th>
                  <th scope="col">{t("access.issued")}</th>
                  <th scope="col">{t("access.expires")}</th>
                  <th scope="col">{t("access.state")}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((one) => (
                  <tr key={one.serial}>
                    <td className={ui.mono} title={one.serial}>
                      {one.serial.slice(0, 8)}
                    </td>
                    <td>{dayOf(one.created_at)}</td>
                    <td>{dayOf(one.expires_at)}</td>
                    <td>
                      <Standing of={one} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {mayOwn && (
          <div className={css.row}>
            {!device.revoked_at && (
              <button type="button" className={ui.button} onClick={() => setAsking("sign")}>
                {t("access.sign")}
              </button>
            )}
            {rows.some((one) => !one.revoked_at) && (
              <button
                type="button"
                className={`${ui.button} ${ui.danger}`}
                onClick={() => setAsking("revoke")}
              >
                {t("access.revokeCertificates")}
              </button>
            )}
          </div>
        )}
      </div>
      {asking === "sign" && <SignDialog device={device} onClose={() => setAsking(null)} />}
      {asking === "revoke" && (
        <ConfirmDialog
          title={t("access.revokeCertificates")}
          text={t("access.revokeCertificatesAsk", { name: device.name })}
          action={t("access.revokeCertificates")}
          danger
          busy={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate()}
          onClose={() => setAsking(null)}
        />
      )}
    </Section>
  );
}
