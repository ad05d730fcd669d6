import { useState } from "react";
import { t } from "../../shared/i18n";
import { number } from "../../shared/time";
import { Facts, Section, ui } from "../../shared/ui/parts";
import { useCalendars } from "../sla/api";
import { type Technician, useAll } from "./api";
import { TechnicianDialog } from "./TechnicianDialog";
import { Territory } from "./Territory";

/** Who a technician is: number, phone, home, van, holidays, territory. */
export function Details({ technician, mayWrite }: { technician: Technician; mayWrite: boolean }) {
  const [editing, setEditing] = useState(false);
  const vans = useAll<{ id: string; name: string }>("/api/v1/stock/locations", { kind: "van", limit: "200" });
  const calendars = useCalendars();
  const edit = mayWrite && (
    <button type="button" className={ui.button} onClick={() => setEditing(true)}>
      {t("promise.edit")}
    </button>
  );
  return (
    <>
      <Section title={t("person.part.details")} aside={edit}>
        <Facts
          rows={[
            [t("person.number"), technician.number],
            [t("person.phone"), technician.phone],
            [t("person.active"), technician.active ? t("app.yes") : t("person.inactive")],
            [t("person.van"), vans.data?.find((one) => one.id === technician.van_location_id)?.name],
            [t("person.calendar"), calendars.data?.find((one) => one.id === technician.calendar_id)?.name],
            [t("person.home"), `${number(technician.lon, 5)}, ${number(technician.lat, 5)}`],
          ]}
        />
      </Section>
      <Territory technician={technician} mayWrite={mayWrite} />
      {editing && <TechnicianDialog technician={technician} onClose={() => setEditing(false)} />}
    </>
  );
}
