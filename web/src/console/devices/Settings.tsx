import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "../../shared/api/client";
import { devicePath, type Twin } from "../../shared/api/fleet";
import type { Device } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Facts, Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { useRights } from "../rights";
import css from "./device.module.css";
import { compare, type Standing } from "./documents";
import { TwinDialog } from "./TwinDialog";

const SIGN: Record<Standing, string> = { same: "=", differs: "≠", missing: "?", extra: "+" };

function Value({ of }: { of: unknown }) {
  if (of === undefined) return <span className={ui.soft}>{t("app.none")}</span>;
  return <code className={ui.mono}>{JSON.stringify(of)}</code>;
}

function Summary({ twin, unlike }: { twin: Twin; unlike: number }) {
  if (twin.pending)
    return (
      <span className={`${ui.chip} ${ui.chipWarn}`}>{t("twin.pending", { n: twin.desired_version })}</span>
    );
  if (unlike > 0)
    return <span className={`${ui.chip} ${ui.chipWarn}`}>{t("twin.unlike", { n: unlike })}</span>;
  return <span className={`${ui.chip} ${ui.chipGood}`}>{t("twin.settled")}</span>;
}

function version(number: number, at: string | null): string | null {
  if (!at) return null;
  return `${t("twin.version", { n: number })} · ${moment(at)}`;
}

/** What a device should be set to against what it says it is set to. */
export function Settings({ device }: { device: Device }) {
  const mayChange = useRights().twin;
  const [editing, setEditing] = useState(false);
  const query = useQuery({
    queryKey: ["twin", device.id],
    queryFn: ({ signal }) => get<Twin>(devicePath(device.id, "/twin"), {}, signal),
    refetchInterval: ({ state }) => (state.data?.pending ? 2_000 : 15_000),
  });
  const twin = query.data;
  const lines = twin ? compare(twin.desired, twin.reported) : [];
  const unlike = lines.filter((one) => one.standing !== "same").length;
  return (
    <Section
      title={t("twin.title")}
      aside={twin && lines.length > 0 ? <Summary twin={twin} unlike={unlike} /> : undefined}
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {twin && (
        <div className={ui.stack}>
          <Facts
            rows={[
              [t("twin.desiredAt"), version(twin.desired_version, twin.desired_at)],
              [t("twin.reportedAt"), version(twin.reported_version, twin.reported_at)],
            ]}
          />
          {lines.length === 0 && <p className={ui.soft}>{t("twin.none")}</p>}
          {lines.length > 0 && (
            <table className={`${ui.table} ${css.twin}`}>
              <thead>
                <tr>
                  <th scope="col">{t("twin.member")}</th>
                  <th scope="col">{t("twin.desired")}</th>
                  <th scope="col">{t("twin.reported")}</th>
                  <th scope="col">
                    <span className={ui.hidden}>{t("access.state")}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {lines.map((line) => (
                  <tr key={line.path} className={line.standing === "same" ? undefined : css.unlike}>
                    <th scope="row" className={ui.mono}>
                      {line.path}
                    </th>
                    <td>
                      <Value of={line.desired} />
                    </td>
                    <td>
                      <Value of={line.reported} />
                    </td>
                    <td title={t(`twin.${line.standing}`)}>
                      <span aria-hidden="true">{SIGN[line.standing]}</span>{" "}
                      <span className={line.standing === "same" ? ui.hidden : ""}>
                        {t(`twin.${line.standing}`)}
                      </span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {mayChange && !device.revoked_at && (
            <div>
              <button type="button" className={ui.button} onClick={() => setEditing(true)}>
                {t("twin.edit")}
              </button>
            </div>
          )}
          {editing && <TwinDialog device={device} twin={twin} onClose={() => setEditing(false)} />}
        </div>
      )}
    </Section>
  );
}
