import { patch, post } from "../../shared/api/client";
import { getLang, t } from "../../shared/i18n";
import { type Field, FormDialog, type Values } from "../kit";
import { select } from "../route";
import { ASSETS, type Asset, assetPath, CRITICALITIES, keysOf, useClasses, usePlaces } from "./api";

const WHOLE = ["name", "class_code", "maker", "model", "criticality"];
const NAMES = [
  ...WHOLE,
  "serial",
  "parent_id",
  "location_id",
  "lon",
  "lat",
  "installed_on",
] as const satisfies readonly string[];

/** A new asset, or one that is changed. */
export function AssetDialog({ asset, onClose }: { asset?: Asset; onClose: () => void }) {
  const classes = useClasses().data?.items ?? [];
  const places = usePlaces(asset?.site_id ?? null).data?.items ?? [];
  const zh = getLang() === "zh";
  const fields: Field[] = [
    { name: "name", label: t("asset.name"), required: true, across: true },
    {
      kind: "choice",
      name: "class_code",
      label: t("asset.class"),
      required: true,
      options: classes.map((one) => [one.code, zh ? one.name_zh : one.name_en] as const),
    },
    {
      kind: "choice",
      name: "criticality",
      label: t("asset.criticality"),
      required: true,
      options: CRITICALITIES.map((one) => [one, one] as const),
    },
    ...(asset
      ? []
      : ([
          { kind: "pick", name: "site_id", label: t("asset.site"), of: "site", required: true },
          { name: "asset_no", label: t("asset.number"), maxLength: 64 },
        ] as Field[])),
    {
      kind: "pick",
      name: "parent_id",
      label: t("asset.parent"),
      of: "asset",
      within: (values): Record<string, string> => {
        const site = asset?.site_id ?? values.site_id;
        return typeof site === "string" ? { site_id: site } : {};
      },
    },
    {
      kind: "choice",
      name: "location_id",
      label: t("asset.place"),
      options: places.map((one) => [one.id, one.name] as const),
      shown: () => places.length > 0,
    },
    { name: "maker", label: t("asset.maker") },
    { name: "model", label: t("asset.model") },
    { name: "serial", label: t("asset.serial") },
    { kind: "date", name: "installed_on", label: t("asset.installedOn") },
    { kind: "number", name: "lon", label: t("asset.lon"), min: -180, max: 180, step: "any" },
    { kind: "number", name: "lat", label: t("asset.lat"), min: -90, max: 90, step: "any" },
  ];
  const initial: Values = asset ? { ...asset } : { criticality: "B" };
  const send = (values: Values) => {
    const said = Object.fromEntries(
      [...NAMES, ...(asset ? [] : ["site_id", "asset_no"])]
        .map((name) => [name, values[name] ?? (name === "maker" || name === "model" ? "" : null)] as const)
        .filter(([name, value]) => value !== null || (asset && !WHOLE.includes(name))),
    );
    return asset
      ? patch<Asset>(assetPath(asset.id), { version: asset.version, ...said })
      : post<Asset>(ASSETS, said);
  };
  return (
    <FormDialog
      title={asset ? t("asset.edit") : t("asset.add")}
      fields={fields}
      initial={initial}
      send={send}
      keys={asset ? keysOf(asset.id) : [[ASSETS]]}
      onDone={(made) => !asset && select("assets", made.id)}
      onClose={onClose}
    />
  );
}
