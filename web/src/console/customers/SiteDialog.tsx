import { useState } from "react";
import { patch, post } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { Refusal, ui } from "../../shared/ui/parts";
import { Fields, Picker, type Values } from "../kit";
import { Modal } from "../Modal";
import { type Place, PlaceField } from "../places/PlaceField";
import { useWrite } from "../useWrite";
import { SITES, type Site, sitePath } from "./api";
import { HoursField, readHours } from "./HoursField";
import { textsOf } from "./hours";

interface Props {
  site: Site | null;
  /** Of a new site. */
  customerId?: string;
  onDone?: (site: Site) => void;
  onClose: () => void;
}

/** A new site, or another word on one. */
export function SiteDialog({ site, customerId, onDone, onClose }: Props) {
  const [customer, setCustomer] = useState<string | null>(site?.customer_id ?? customerId ?? null);
  const [values, setValues] = useState<Values>(
    site
      ? { name: site.name, address: site.address, access_notes: site.access_notes }
      : { name: "", address: "", access_notes: "" },
  );
  const [place, setPlace] = useState<Place>(site ?? { lon: null, lat: null });
  const [texts, setTexts] = useState<readonly string[]>(textsOf(site?.opening_hours ?? []));
  const hours = readHours(texts);
  const write = useWrite(
    () => {
      const said = { ...values, lon: place.lon, lat: place.lat, opening_hours: hours };
      return site
        ? patch<Site>(sitePath(site.id), { ...said, version: site.version })
        : post<Site>(SITES, { ...said, customer_id: customer });
    },
    [[SITES], ...(site ? [[sitePath(site.id)]] : [])],
    (answer: Site) => {
      onDone?.(answer);
      onClose();
    },
  );
  return (
    <Modal title={site ? t("site.edit") : t("site.new")} onClose={onClose} wide>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate(undefined);
        }}
      >
        {!site && !customerId && (
          <div className={ui.field}>
            <span>{t("site.customer")}</span>
            <Picker
              of="customer"
              label={t("site.customer")}
              value={customer}
              onChange={setCustomer}
              required
            />
          </div>
        )}
        <Fields
          fields={[
            { name: "name", label: t("site.name"), required: true },
            { name: "address", label: t("site.address"), required: true },
            { name: "access_notes", label: t("site.access"), kind: "area" },
          ]}
          values={values}
          onChange={setValues}
          error={write.error}
        />
        <PlaceField value={place} onChange={setPlace} />
        <fieldset className={ui.stack}>
          <legend>{t("site.hours")}</legend>
          <HoursField texts={texts} onChange={setTexts} />
        </fieldset>
        <Refusal error={write.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.primary}`}
            disabled={write.isPending || !Array.isArray(hours)}
          >
            {t("kit.save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
