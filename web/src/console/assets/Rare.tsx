import { FileList } from "../files/FileList";
import type { AssetPart } from "./AssetPanel";
import type { AssetDetail } from "./api";
import { History } from "./History";
import { Inside } from "./Inside";
import { Label } from "./Label";
import { Meters } from "./Meters";
import { Telemetry } from "./Telemetry";

function Documents({ asset }: { asset: AssetDetail }) {
  return <FileList subjects={[{ kind: "asset", id: asset.id, name: asset.name }]} />;
}

const PARTS = {
  inside: Inside,
  meters: Meters,
  telemetry: Telemetry,
  history: History,
  documents: Documents,
  label: Label,
};

/** The parts of an asset's page that are not shown first. */
export default function Rare({ part, asset }: { part: Exclude<AssetPart, "overview">; asset: AssetDetail }) {
  const Part = PARTS[part];
  return <Part asset={asset} />;
}
