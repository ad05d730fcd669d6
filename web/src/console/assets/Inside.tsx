import { useState } from "react";
import type { Page } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { dayMoment } from "../../shared/time";
import { Failure, Loading, Section, ui } from "../../shared/ui/parts";
import panel from "../panel.module.css";
import { select } from "../route";
import { type AssetDetail, type Brief, type Component, type Hierarchy, useOf } from "./api";
import css from "./assets.module.css";
import { StateChip } from "./StateChip";

function Row({ one }: { one: Brief }) {
  return (
    <>
      <button type="button" className={panel.link} onClick={() => select("assets", one.id)}>
        {one.name}
      </button>{" "}
      <span className={ui.soft}>{one.asset_no}</span> <StateChip state={one.state} />
    </>
  );
}

function Branch({ of, rows }: { of: string; rows: readonly Brief[] }) {
  const mine = rows.filter((one) => one.parent_id === of);
  if (mine.length === 0) return null;
  return (
    <ul>
      {mine.map((one) => (
        <li key={one.id}>
          <Row one={one} />
          <Branch of={one.id} rows={rows} />
        </li>
      ))}
    </ul>
  );
}

function Above({ rows, children }: { rows: readonly Brief[]; children: React.ReactNode }) {
  const [first, ...rest] = rows;
  if (!first) return children;
  return (
    <li>
      <Row one={first} />
      <ul>
        <Above rows={rest}>{children}</Above>
      </ul>
    </li>
  );
}

function Tree({ asset }: { asset: AssetDetail }) {
  const query = useOf<Hierarchy>(asset.id, "/hierarchy");
  const found = query.data;
  const alone = found && found.above.length + found.below.length === 0;
  return (
    <Section title={t("asset.hierarchy")}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {alone && <p className={ui.soft}>{t("asset.hierarchyNone")}</p>}
      {found && !alone && (
        <ul className={css.tree}>
          <Above rows={found.above}>
            <li>
              <strong>{asset.name}</strong> <span className={ui.soft}>{asset.asset_no}</span>
              <Branch of={asset.id} rows={found.below} />
            </li>
          </Above>
        </ul>
      )}
    </Section>
  );
}

function Components({ asset }: { asset: AssetDetail }) {
  const [day, setDay] = useState("");
  // What was inside at the end of that day, by the clock of whoever looks.
  const at = day ? new Date(`${day}T23:59:59`).toISOString() : "";
  const query = useOf<Page<Component>>(asset.id, "/components", at ? { at } : {});
  const rows = query.data?.items ?? [];
  return (
    <Section
      title={t("asset.components")}
      aside={
        <label>
          <span className={ui.soft}>{t("asset.onDate")} </span>
          <input
            type="date"
            className={ui.input}
            value={day}
            onChange={(event) => setDay(event.target.value)}
          />
        </label>
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("asset.componentsNone")}</p>}
      {rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
        <div className={ui.tableWrap} tabIndex={0} role="region" aria-label={t("asset.components")}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th scope="col">{t("asset.part")}</th>
                <th scope="col">{t("asset.serial")}</th>
                <th scope="col">{t("asset.installedAt")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((one) => (
                <tr key={one.id}>
                  <td>
                    {one.part_name} <span className={ui.soft}>{one.part_number}</span>
                  </td>
                  <td>{one.serial}</td>
                  <td>{one.installed_at ? dayMoment(one.installed_at) : t("asset.always")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

/** What an asset is a part of, what is below it, what was inside on a day. */
export function Inside({ asset }: { asset: AssetDetail }) {
  return (
    <>
      <Tree asset={asset} />
      <Components asset={asset} />
    </>
  );
}
