import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get, post } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { Empty, Failure, Loading, Refusal, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";
import sla from "../sla/sla.module.css";
import { useWrite } from "../useWrite";
import { type Alike, CUSTOMERS, type Customer, customerPath } from "./api";
import css from "./customers.module.css";

const DUPLICATES = `${CUSTOMERS}/duplicates`;
const COMPARED = ["number", "name", "phone", "email", "tier", "note"] as const;

/** What is shown of a customer that a merge changes. */
function pathsOf(id: string): string[][] {
  return [[customerPath(id)], [`${customerPath(id)}/contacts`]];
}

/** Two customers side by side; the one that is chosen stays. */
function MergeDialog({ group, onClose }: { group: Alike; onClose: () => void }) {
  const [firstId, setFirst] = useState(group.customers[0]?.id ?? "");
  const [secondId, setSecond] = useState(group.customers[1]?.id ?? "");
  const [keptId, setKept] = useState(firstId);
  const pair = [firstId, secondId].flatMap((id) => group.customers.find((one) => one.id === id) ?? []);
  const kept = pair.find((one) => one.id === keptId) ?? pair[0];
  const gone = pair.find((one) => one.id !== kept?.id);
  const write = useWrite(
    ({ from, into }: { from: string; into: string }) =>
      post<Customer>(`${customerPath(from)}/merge`, { into_id: into }),
    [[DUPLICATES], [CUSTOMERS], ...group.customers.flatMap(({ id }) => pathsOf(id))],
    ({ id }) => {
      onClose();
      select("customers", id);
    },
  );
  const choose = (label: string, value: string, other: string, set: (id: string) => void) => (
    <select
      className={ui.input}
      aria-label={label}
      value={value}
      onChange={(event) => set(event.target.value)}
    >
      {group.customers
        .filter(({ id }) => id !== other)
        .map((one) => (
          <option key={one.id} value={one.id}>
            {one.name} ({one.number})
          </option>
        ))}
    </select>
  );
  return (
    <Modal title={t("duplicate.merge")} onClose={onClose} wide>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          if (gone && kept) write.mutate({ from: gone.id, into: kept.id });
        }}
      >
        {group.customers.length > 2 && (
          <div className={css.pair}>
            {choose(t("duplicate.keeps"), firstId, secondId, setFirst)}
            {choose(t("duplicate.pair"), secondId, firstId, setSecond)}
          </div>
        )}
        <table className={`${ui.table} ${css.compare}`}>
          <thead>
            <tr>
              <td />
              {pair.map((one) => (
                <th key={one.id} scope="col">
                  <label className={css.choice}>
                    <input
                      type="radio"
                      name="kept"
                      checked={one.id === kept?.id}
                      onChange={() => setKept(one.id)}
                    />
                    {t("duplicate.keep", { name: one.name, number: one.number })}
                  </label>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {COMPARED.map((field) => (
              <tr key={field}>
                <th scope="row">{t(`customer.${field}`)}</th>
                {pair.map((one) => (
                  <td key={one.id} className={pair[0]?.[field] === pair[1]?.[field] ? ui.soft : ""}>
                    {one[field] || t("app.none")}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {kept && gone && (
          <p>
            {t("duplicate.what", {
              from: `${gone.name} (${gone.number})`,
              into: `${kept.name} (${kept.number})`,
            })}
          </p>
        )}
        <Refusal error={write.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button type="submit" className={`${ui.button} ${ui.danger}`} disabled={!gone || write.isPending}>
            {t("duplicate.act")}
          </button>
        </div>
      </form>
    </Modal>
  );
}

/** Customers that look like one. */
export function Duplicates() {
  const query = useQuery({
    queryKey: [DUPLICATES],
    queryFn: ({ signal }) => get<Alike[]>(DUPLICATES, { limit: 100 }, signal),
  });
  const mayWrite = useRights().customers;
  const [merging, setMerging] = useState<Alike | null>(null);
  return (
    <div className={sla.scroll}>
      <div className={sla.bar}>
        <p className={ui.soft}>{t("duplicate.lead")}</p>
      </div>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.data?.length === 0 && <Empty>{t("duplicate.none")}</Empty>}
      {query.data?.map((group) => (
        <section key={`${group.by} ${group.value}`} className={sla.card} aria-label={group.value}>
          <header>
            <span className={ui.chip}>{t(`duplicate.by.${group.by}`)}</span>
            <h2>{group.value}</h2>
            <span className={sla.spring} />
            {mayWrite && (
              <button
                type="button"
                className={ui.button}
                aria-label={t("duplicate.mergeOf", { value: group.value })}
                onClick={() => setMerging(group)}
              >
                {t("duplicate.merge")}
              </button>
            )}
          </header>
          <ul className={panel.list}>
            {group.customers.map((one) => (
              <li key={one.id}>
                <span>
                  <button type="button" className={panel.link} onClick={() => select("customers", one.id)}>
                    {one.name}
                  </button>{" "}
                  <span className={ui.mono}>{one.number}</span>
                </span>
                <span className={ui.soft}>{[one.phone, one.email].filter(Boolean).join(" · ")}</span>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {merging && <MergeDialog group={merging} onClose={() => setMerging(null)} />}
    </div>
  );
}
