import { useQuery } from "@tanstack/react-query";
import type { MutedDevice } from "../../shared/api/cases";
import { get } from "../../shared/api/client";
import { code, t } from "../../shared/i18n";
import { dayMoment } from "../../shared/time";
import { Failure, Loading, Section, ui } from "../../shared/ui/parts";
import panel from "../panel.module.css";
import { select } from "../route";

/** Devices of which no cases are opened now or soon. */
export function Mutes() {
  const query = useQuery({
    queryKey: ["mutes"],
    queryFn: ({ signal }) => get<MutedDevice[]>("/api/v1/mutes", {}, signal),
  });
  const rows = query.data ?? [];
  return (
    <Section title={t("policy.mutes")}>
      <p className={ui.soft}>{t("policy.mutesHint")}</p>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p>{t("policy.noMutes")}</p>}
      {rows.length > 0 && (
        <table className={ui.table}>
          <thead>
            <tr>
              <th scope="col">{t("letters.device")}</th>
              <th scope="col">{t("device.model")}</th>
              <th scope="col">{t("policy.from")}</th>
              <th scope="col">{t("policy.until")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <tr key={one.device_id}>
                <td>
                  <button
                    type="button"
                    className={panel.link}
                    onClick={() => select("devices", one.device_id)}
                  >
                    {one.device_name}
                  </button>
                </td>
                <td>{code("model", one.model)}</td>
                <td>{dayMoment(one.since)}</td>
                <td>{one.until ? dayMoment(one.until) : t("policy.untilLifted")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}
