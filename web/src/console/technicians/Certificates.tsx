import { code, t } from "../../shared/i18n";
import { Empty, Failure, Loading, ui } from "../../shared/ui/parts";
import { Choice } from "../cases/Choice";
import { useFilter } from "../kit";
import lists from "../lists.module.css";
import panel from "../panel.module.css";
import { narrow, select } from "../route";
import { VirtualTable } from "../VirtualTable";
import { useAll } from "./api";

interface Expiring {
  technician_id: string;
  technician_name: string;
  skill: string;
  certificate: string | null;
  expires_on: string;
  days_left: number;
}
const DAYS = ["7", "90", "365"];
const URGENT = 7;

/** Certificates that end soon, the next to end first. */
export function Certificates() {
  const { days = "30" } = useFilter();
  const query = useAll<Expiring>("/api/v1/technicians-expiring", { days, limit: "200" });
  const words = (n: string) => t("certificate.days", { n });
  return (
    <div className={lists.page}>
      <header className={lists.bar}>
        <Choice
          label={t("certificate.within")}
          none={words("30")}
          value={days === "30" ? "" : days}
          options={DAYS.map((n) => [n, words(n)] as const)}
          onChange={(next) => narrow({ days: next })}
        />
        <p className={ui.soft}>{t("certificate.lead")}</p>
      </header>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.data?.length === 0 && <Empty>{t("certificate.none")}</Empty>}
      {query.data && query.data.length > 0 && (
        <VirtualTable
          label={t("view.certificates")}
          columns={[
            { name: t("absence.who"), width: "minmax(120px, 1fr)" },
            { name: t("skill.name"), width: "minmax(120px, 1fr)" },
            { name: t("skill.certificate"), width: "minmax(140px, 2fr)" },
            { name: t("skill.expires"), width: "210px" },
          ]}
          rows={query.data}
          keyOf={(row) => `${row.technician_id} ${row.skill}`}
          selected={null}
          cells={(row) => [
            <button
              key="who"
              type="button"
              className={panel.link}
              onClick={() => select("technicians", row.technician_id, "skills")}
            >
              {row.technician_name}
            </button>,
            code("skill", row.skill),
            row.certificate,
            <span key="until">
              {row.expires_on}{" "}
              <span className={`${ui.chip} ${row.days_left <= URGENT ? ui.chipBad : ui.chipWarn}`}>
                {t("skill.daysLeft", { n: row.days_left })}
              </span>
            </span>,
          ]}
        />
      )}
    </div>
  );
}
