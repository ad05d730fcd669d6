import { post, put } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { FormDialog } from "../kit";
import { select } from "../route";
import type { Outlet } from "./api";

/** A new outlet, or what is known of one from now on. */
export function OutletDialog({ outlet, onClose }: { outlet?: Outlet; onClose: () => void }) {
  return (
    <FormDialog<Outlet>
      title={outlet ? t("outlet.edit", { name: outlet.name }) : t("outlet.new")}
      fields={[
        { name: "code", label: t("outlet.code"), required: true, maxLength: 64, shown: () => !outlet },
        { name: "name", label: t("outlet.name"), required: true },
        { name: "region", label: t("outlet.region") },
        { name: "contact_name", label: t("outlet.contact") },
        { kind: "tel", name: "phone", label: t("outlet.phone") },
        { kind: "email", name: "email", label: t("outlet.email") },
        { kind: "pick", of: "priceList", name: "price_list_id", label: t("outlet.rates") },
        { kind: "check", name: "active", label: t("outlet.active") },
      ]}
      initial={
        outlet
          ? { ...outlet }
          : {
              code: "",
              name: "",
              region: "",
              contact_name: "",
              phone: null,
              email: null,
              price_list_id: null,
              active: true,
            }
      }
      send={({ code, id, ...values }) => {
        const body = { ...values, region: values.region ?? "", contact_name: values.contact_name ?? "" };
        return outlet
          ? put<Outlet>(`/api/v1/outlets/${String(id)}`, { ...body, version: outlet.version })
          : post<Outlet>("/api/v1/outlets", { ...body, code });
      }}
      keys={[["/api/v1/outlets"], ...(outlet ? [[`/api/v1/outlets/${outlet.id}`]] : [])]}
      onDone={(made) => select("outlets", made.id)}
      onClose={onClose}
    />
  );
}
