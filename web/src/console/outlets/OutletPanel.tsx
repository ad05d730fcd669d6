import { useState } from "react";
import { put } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { Facts, Failure, Loading, Refusal, Section, ui } from "../../shared/ui/parts";
import css from "../contracts/contracts.module.css";
import { Picker, useOne } from "../kit";
import { Panel } from "../Panel";
import { useRights } from "../rights";
import { select } from "../route";
import { useWrite } from "../useWrite";
import type { Member, Outlet } from "./api";
import { OutletDialog } from "./OutletDialog";
import { ActiveMark } from "./OutletList";

function People({ outlet }: { outlet: Outlet }) {
  const path = `/api/v1/outlets/${outlet.id}/technicians`;
  const found = useOne<Page<Member>>(path);
  const mayWrite = useRights().money;
  const assign = useWrite(
    ({ id, to }: { id: string; to: string | null }) =>
      put(`/api/v1/technicians/${encodeURIComponent(id)}/outlet`, { outlet_id: to }),
    [[path]],
  );
  return (
    <Section title={t("outlet.people")}>
      {found.isPending && <Loading />}
      {found.isError && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.data?.items.length === 0 && <p className={ui.soft}>{t("outlet.noPeople")}</p>}
      {found.data?.items.map((one) => (
        <div key={one.id} className={css.meterHead}>
          <button type="button" className={ui.button} onClick={() => select("technicians", one.id)}>
            {one.name}
          </button>
          {mayWrite && (
            <button
              type="button"
              className={ui.button}
              aria-label={t("outlet.removePerson", { name: one.name })}
              onClick={() => assign.mutate({ id: one.id, to: null })}
            >
              {t("outlet.remove")}
            </button>
          )}
        </div>
      ))}
      {mayWrite && (
        <div className={css.buttons}>
          <Picker
            of="technician"
            label={t("outlet.addPerson")}
            placeholder={t("outlet.addPerson")}
            value={null}
            onChange={(id) => id && assign.mutate({ id, to: outlet.id })}
          />
        </div>
      )}
      <Refusal error={assign.error} />
    </Section>
  );
}

/** One outlet: whom to call, by which prices it is settled, who its people are. */
export function OutletPanel({ id }: { id: string }) {
  const query = useOne<Outlet>(`/api/v1/outlets/${encodeURIComponent(id)}`);
  const outlet = query.data;
  const prices = useOne<{ name: string }>(
    outlet?.price_list_id ? `/api/v1/price-lists/${outlet.price_list_id}` : null,
  );
  const mayWrite = useRights().money;
  const [editing, setEditing] = useState(false);
  if (!outlet) {
    return (
      <Panel title={t("view.outlets")}>
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Panel>
    );
  }
  return (
    <Panel
      title={outlet.name}
      lead={
        <span>
          <span className={ui.mono}>{outlet.code}</span> <ActiveMark yes={outlet.active} />
        </span>
      }
    >
      <Section
        title={t("order.description")}
        aside={
          mayWrite && (
            <button type="button" className={ui.button} onClick={() => setEditing(true)}>
              {t("money.edit")}
            </button>
          )
        }
      >
        <Facts
          rows={[
            [t("outlet.region"), outlet.region],
            [t("outlet.contact"), outlet.contact_name],
            [t("outlet.phone"), outlet.phone],
            [t("outlet.email"), outlet.email],
            [t("outlet.rates"), prices.data?.name],
          ]}
        />
      </Section>
      <People outlet={outlet} />
      {editing && <OutletDialog outlet={outlet} onClose={() => setEditing(false)} />}
    </Panel>
  );
}
