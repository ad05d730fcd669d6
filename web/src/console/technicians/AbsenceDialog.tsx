import { post } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { type Field, FormDialog, type Values } from "../kit";
import { ABSENCES, KINDS, technicianPath } from "./api";

/** Note somebody's time off, or ask for it. */
export function AbsenceDialog({
  technicianId,
  from,
  to,
  onClose,
}: {
  technicianId: string | null;
  from: string;
  to: string;
  onClose: () => void;
}) {
  const fields: Field[] = [
    {
      name: "technician_id",
      label: t("absence.who"),
      kind: "pick",
      of: "technician",
      required: true,
      across: true,
      shown: () => technicianId === null,
    },
    {
      name: "kind",
      label: t("absence.kind"),
      kind: "choice",
      required: true,
      hint: t("absence.hint"),
      options: KINDS.map((one) => [one, t(`absence.kind.${one}`)] as const),
    },
    { name: "reason", label: t("absence.reason") },
    { name: "starts_at", label: t("absence.from"), kind: "moment", required: true },
    { name: "ends_at", label: t("absence.to"), kind: "moment", required: true },
  ];
  const send = ({ technician_id, ...values }: Values) => {
    const path = technicianPath(String(technicianId ?? technician_id));
    return post(`${path}/absences`, { ...values, reason: values.reason ?? "" });
  };
  return (
    <FormDialog
      title={t("absence.new")}
      fields={fields}
      initial={{ kind: "vacation", starts_at: from, ends_at: to }}
      send={send}
      keys={[[ABSENCES], ["week"]]}
      onClose={onClose}
    />
  );
}
