import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get, post } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { Empty, Failure, Loading, ui } from "../../shared/ui/parts";
import { FormDialog, Picker, useFilter } from "../kit";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { narrow, select } from "../route";
import { ASSETS, type Asset, type Place, usePlaces } from "./api";
import css from "./assets.module.css";
import { StateChip } from "./StateChip";

const MOST = 200;

function Assets({ rows, parent }: { rows: readonly Asset[]; parent: string | null }) {
  const here = new Set(rows.map((one) => one.id));
  // What stands at another place than its parent begins here anew.
  const mine = rows.filter((one) =>
    parent === null ? one.parent_id === null || !here.has(one.parent_id) : one.parent_id === parent,
  );
  return mine.map((one) => (
    <li key={one.id}>
      <button type="button" className={panel.link} onClick={() => select("assets", one.id)}>
        {one.name}
      </button>{" "}
      <span className={ui.soft}>{one.asset_no}</span> <StateChip state={one.state} />
      {rows.some((other) => other.parent_id === one.id) && (
        <ul>
          <Assets rows={rows} parent={one.id} />
        </ul>
      )}
    </li>
  ));
}

function Branch({
  places,
  assets,
  parent,
}: {
  places: readonly Place[];
  assets: readonly Asset[];
  parent: string | null;
}) {
  return places
    .filter((one) => one.parent_id === parent)
    .map((one) => (
      <li key={one.id}>
        <span className={css.place}>{one.name}</span>{" "}
        <span className={ui.soft}>{t(`asset.level.${one.kind}`)}</span>
        <ul>
          <Assets rows={assets.filter((asset) => asset.location_id === one.id)} parent={null} />
          <Branch places={places} assets={assets} parent={one.id} />
        </ul>
      </li>
    ));
}

function Tree({ site }: { site: string }) {
  const places = usePlaces(site);
  const assets = useQuery({
    queryKey: [ASSETS, "at", site],
    queryFn: ({ signal }) => get<Page<Asset>>(ASSETS, { site_id: site, limit: MOST }, signal),
  });
  if (places.isError) return <Failure error={places.error} retry={() => void places.refetch()} />;
  if (assets.isError) return <Failure error={assets.error} retry={() => void assets.refetch()} />;
  if (!places.data || !assets.data) return <Loading />;
  const unplaced = assets.data.items.filter((one) => one.location_id === null);
  if (places.data.items.length + assets.data.items.length === 0) return <Empty>{t("asset.noPlaces")}</Empty>;
  return (
    <>
      {assets.data.next_cursor && <p className={ui.soft}>{t("asset.moreAssets", { n: MOST })}</p>}
      <ul className={css.tree}>
        <Branch places={places.data.items} assets={assets.data.items} parent={null} />
        {unplaced.length > 0 && (
          <li>
            <span className={css.place}>{t("asset.unplaced")}</span>
            <ul>
              <Assets rows={unplaced} parent={null} />
            </ul>
          </li>
        )}
      </ul>
    </>
  );
}

function AddPlace({ site, onClose }: { site: string; onClose: () => void }) {
  const places = usePlaces(site);
  const known = places.data?.items ?? [];
  const first = known.length === 0;
  return (
    <FormDialog
      title={t("asset.addPlace")}
      fields={[
        { name: "name", label: t("asset.name"), required: true },
        {
          kind: "choice",
          name: "kind",
          label: t("asset.level"),
          required: true,
          options: (first ? (["site"] as const) : (["area", "unit"] as const)).map(
            (one) => [one, t(`asset.level.${one}`)] as const,
          ),
        },
        ...(first
          ? []
          : [
              {
                kind: "choice" as const,
                name: "parent_id",
                label: t("asset.within"),
                required: true,
                options: known.map((one) => [one.id, one.name] as const),
              },
            ]),
      ]}
      initial={{}}
      send={({ name, kind, parent_id }) =>
        post<Place>("/api/v1/locations", { name, kind, ...(first ? { site_id: site } : { parent_id }) })
      }
      keys={[["places", site]]}
      onClose={onClose}
    />
  );
}

/** The functional locations of a site and what stands there. */
export function Places() {
  const { site_id: site = "" } = useFilter();
  const rights = useRights();
  const [adding, setAdding] = useState(false);
  return (
    <div className={css.scroll}>
      <header className={css.bar}>
        <Picker
          of="site"
          label={t("asset.site")}
          placeholder={t("asset.site")}
          value={site || null}
          onChange={(id) => narrow({ site_id: id ?? "" })}
        />
        {site && rights.assets && (
          <button type="button" className={ui.button} onClick={() => setAdding(true)}>
            {t("asset.addPlace")}
          </button>
        )}
      </header>
      {site ? <Tree site={site} /> : <Empty>{t("asset.pickSite")}</Empty>}
      {adding && <AddPlace site={site} onClose={() => setAdding(false)} />}
    </div>
  );
}
