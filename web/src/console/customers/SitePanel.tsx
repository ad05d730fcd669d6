import { useState } from "react";
import { t } from "../../shared/i18n";
import { number } from "../../shared/time";
import { Facts, Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { useOne } from "../kit";
import { Panel } from "../Panel";
import css from "../panel.module.css";
import { MapToggle } from "../places/PlaceField";
import { useRights } from "../rights";
import { select } from "../route";
import { WeekGrid } from "../sla/WeekGrid";
import { AssetsOf } from "./AssetsOf";
import { type Customer, customerPath, type Site, sitePath, weekOf } from "./api";
import { SiteDialog } from "./SiteDialog";

/** A place where work is done: where it is, how to get in, when it is open, what stands there. */
export function SitePanel({ id }: { id: string }) {
  const query = useOne<Site>(sitePath(id));
  const site = query.data;
  const customer = useOne<Customer>(site ? customerPath(site.customer_id) : null).data;
  const rights = useRights();
  const [editing, setEditing] = useState(false);
  if (!site) {
    return (
      <Panel title={t("view.sites")}>
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Panel>
    );
  }
  const edit = rights.customers && (
    <button type="button" className={ui.button} onClick={() => setEditing(true)}>
      {t("promise.edit")}
    </button>
  );
  return (
    <Panel title={site.name}>
      <Section title={t("customer.part.overview")} aside={edit}>
        <Facts
          rows={[
            [
              t("site.customer"),
              customer && (
                <button
                  key="customer"
                  type="button"
                  className={css.link}
                  onClick={() => select("customers", customer.id)}
                >
                  {customer.name}
                </button>
              ),
            ],
            [t("site.address"), site.address],
            [t("site.position"), `${number(site.lon, 5)}, ${number(site.lat, 5)}`],
            [t("site.access"), site.access_notes],
          ]}
        />
        <MapToggle point={[site.lon, site.lat]} />
      </Section>
      <Section title={t("site.hours")}>
        {site.opening_hours.length === 0 ? (
          <p className={ui.soft}>{t("site.alwaysOpen")}</p>
        ) : (
          <WeekGrid weekly={weekOf(site.opening_hours)} />
        )}
      </Section>
      <Section title={t("site.assets")}>
        <AssetsOf within={{ site_id: site.id }} />
      </Section>
      {editing && <SiteDialog site={site} onClose={() => setEditing(false)} />}
    </Panel>
  );
}
