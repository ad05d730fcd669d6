import { lazy, Suspense } from "react";
import { t } from "../../shared/i18n";
import { Failure, Loading } from "../../shared/ui/parts";
import { PanelTabs } from "../kit";
import { Panel } from "../Panel";
import css from "../panel.module.css";
import { type AssetDetail, useOf } from "./api";
import { Overview } from "./Overview";
import { StateChip } from "./StateChip";

const Rare = lazy(() => import("./Rare"));

/** The parts of an asset's page, each with its address. */
export const ASSET_PARTS = [
  "overview",
  "inside",
  "meters",
  "telemetry",
  "history",
  "documents",
  "label",
] as const;
export type AssetPart = (typeof ASSET_PARTS)[number];

/** One asset: what it is, what is inside, what it has counted, how it failed. */
export function AssetPanel({ id, part: wanted }: { id: string; part?: string }) {
  const query = useOf<AssetDetail>(id);
  const asset = query.data;
  if (!asset) {
    return (
      <Panel title={t("view.assets")}>
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Panel>
    );
  }
  const part = ASSET_PARTS.find((one) => one === wanted) ?? "overview";
  return (
    <Panel
      title={asset.name}
      lead={
        <div className={css.lead}>
          <span className={css.number}>{asset.asset_no}</span>
          <StateChip state={asset.state} />
          <span>{asset.path.slice(0, -1).join(" / ")}</span>
        </div>
      }
      tabs={
        <PanelTabs
          kind="assets"
          id={id}
          label={t("asset.parts")}
          part={part}
          parts={ASSET_PARTS}
          nameOf={(one) => t(`asset.part.${one}`)}
        />
      }
    >
      <div id="panel-part" role="tabpanel" aria-labelledby={`part-${part}`}>
        {part === "overview" ? (
          <Overview asset={asset} />
        ) : (
          <Suspense fallback={<Loading />}>
            <Rare part={part} asset={asset} />
          </Suspense>
        )}
      </div>
    </Panel>
  );
}
