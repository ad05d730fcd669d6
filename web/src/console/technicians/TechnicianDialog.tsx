import { useState } from "react";
import { patch, post } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { Refusal, ui } from "../../shared/ui/parts";
import { type Field, Fields, type Values } from "../kit";
import { Modal } from "../Modal";
import { type Place, PlaceField } from "../places/PlaceField";
import { useCalendars } from "../sla/api";
import { useWrite } from "../useWrite";
import { TECHNICIANS, type Technician, technicianPath, useAll } from "./api";

const NAMED = ["name", "number", "phone", "van_location_id", "calendar_id", "active"] as const;

/** A new technician, or another word on one. */
export function TechnicianDialog({
  technician,
  onDone,
  onClose,
}: {
  technician: Technician | null;
  onDone?: (technician: Technician) => void;
  onClose: () => void;
}) {
  const vans = useAll<{ id: string; code: string; name: string }>("/api/v1/stock/locations", {
    kind: "van",
    limit: "200",
  });
  const calendars = useCalendars();
  const [values, setValues] = useState<Values>(
    technician ? Object.fromEntries(NAMED.map((name) => [name, technician[name]])) : { name: "" },
  );
  const [place, setPlace] = useState<Place>(technician ?? { lon: null, lat: null });
  const fields: Field[] = [
    { name: "name", label: t("person.name"), required: true },
    { name: "number", label: t("person.number"), maxLength: 64, pattern: "[A-Za-z0-9][A-Za-z0-9._\\/\\-]*" },
    { name: "phone", label: t("person.phone"), kind: "tel", maxLength: 40 },
    {
      name: "van_location_id",
      label: t("person.van"),
      kind: "choice",
      options: (vans.data ?? []).map((one) => [one.id, `${one.name} (${one.code})`] as const),
    },
    {
      name: "calendar_id",
      label: t("person.calendar"),
      kind: "choice",
      hint: t("person.calendarHint"),
      options: (calendars.data ?? []).map((one) => [one.id, one.name] as const),
    },
    {
      name: "active",
      label: t("person.active"),
      kind: "check",
      hint: t("person.activeHint"),
      across: true,
      shown: () => technician !== null,
    },
  ];
  const write = useWrite(
    () => {
      const said = { ...values, lon: place.lon, lat: place.lat };
      return technician
        ? patch<Technician>(technicianPath(technician.id), { ...said, version: technician.version })
        : post<Technician>(TECHNICIANS, said);
    },
    [[TECHNICIANS], ...(technician ? [[technicianPath(technician.id)]] : [])],
    (answer: Technician) => {
      onDone?.(answer);
      onClose();
    },
  );
  return (
    <Modal title={technician ? t("person.edit") : t("person.new")} onClose={onClose} wide>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate(undefined);
        }}
      >
        <Fields fields={fields} values={values} onChange={setValues} error={write.error} />
        <fieldset className={ui.stack}>
          <legend>{t("person.home")}</legend>
          <PlaceField value={place} onChange={setPlace} />
        </fieldset>
        <Refusal error={write.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={write.isPending}>
            {t("kit.save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
