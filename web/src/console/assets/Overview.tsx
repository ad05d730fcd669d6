import { useState } from "react";
import { post, put, remove } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { dayOf } from "../../shared/money";
import { moment, number, quantity } from "../../shared/time";
import { Facts, Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { type Field, FormDialog } from "../kit";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import { AssetDialog } from "./AssetDialog";
import {
  type AssetDetail,
  assetPath,
  type Bom,
  keysOf,
  STATES,
  type StateChange,
  stateName,
  useOf,
  type Warranties,
} from "./api";
import { BomDialog } from "./BomDialog";
import { StateChip } from "./StateChip";

interface Props {
  asset: AssetDetail;
}

function OnFile({ asset }: Props) {
  const rights = useRights();
  const [editing, setEditing] = useState(false);
  const at =
    asset.lon === null || asset.lat === null ? null : `${number(asset.lon, 5)}, ${number(asset.lat, 5)}`;
  return (
    <Section
      title={t("asset.facts")}
      aside={
        rights.assets && (
          <button type="button" className={panel.link} onClick={() => setEditing(true)}>
            {t("asset.edit")}
          </button>
        )
      }
    >
      <Facts
        rows={[
          [t("asset.class"), code("model", asset.class_code)],
          [t("asset.criticality"), asset.criticality],
          [t("asset.customer"), asset.customer_name],
          [t("asset.place"), asset.path.slice(0, -1).join(" / ")],
          [t("asset.maker"), asset.maker],
          [t("asset.model"), asset.model],
          [t("asset.serial"), asset.serial],
          [t("asset.installedOn"), asset.installed_on && dayOf(asset.installed_on)],
          [`${t("asset.lon")}, ${t("asset.lat")}`, at],
        ]}
      />
      {editing && <AssetDialog asset={asset} onClose={() => setEditing(false)} />}
    </Section>
  );
}

/** What was chosen as a state: a time down is planned or not. */
const CHOICES = STATES.flatMap((state) => (state === "down" ? (["unplanned", "planned"] as const) : [state]));

function States({ asset }: Props) {
  const rights = useRights();
  const [open, setOpen] = useState(false);
  const query = useOf<Page<StateChange>>(asset.id, "/states", { limit: 8 });
  const fields: Field[] = [
    {
      kind: "choice",
      name: "state",
      label: t("asset.state"),
      required: true,
      options: CHOICES.map((one) =>
        one === "planned" || one === "unplanned"
          ? ([one, t(`asset.${one}`)] as const)
          : ([one, stateName(one)] as const),
      ),
    },
    { kind: "moment", name: "at", label: t("asset.since"), hint: t("asset.nowHint") },
    { kind: "area", name: "note", label: t("asset.note") },
  ];
  return (
    <Section
      title={t("asset.states")}
      aside={
        rights.assetState && (
          <button type="button" className={panel.link} onClick={() => setOpen(true)}>
            {t("asset.setState")}
          </button>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      <ul className={panel.list}>
        {query.data?.items.map((one) => (
          <li key={one.id}>
            <span>
              {moment(one.at)} {one.note && <span className={ui.soft}>{one.note}</span>}
            </span>
            <StateChip state={one.state} planned={one.planned} />
          </li>
        ))}
      </ul>
      {open && (
        <FormDialog
          title={t("asset.setState")}
          fields={fields}
          initial={{}}
          send={({ state, at, note }) => {
            const down = state === "planned" || state === "unplanned";
            return put(`${assetPath(asset.id)}/state`, {
              state: down ? "down" : state,
              planned: state === "planned",
              at: at ?? null,
              note: note ?? "",
            });
          }}
          keys={keysOf(asset.id)}
          onClose={() => setOpen(false)}
        />
      )}
    </Section>
  );
}

const COVERS = [
  ["labour", "asset.labour"],
  ["parts", "asset.spares"],
  ["travel", "asset.travel"],
] as const;

function Warranty({ asset }: Props) {
  const rights = useRights();
  const [open, setOpen] = useState(false);
  const query = useOf<Warranties>(asset.id, "/warranties");
  const drop = useWrite(
    (id: string) => remove(`/api/v1/warranties/${encodeURIComponent(id)}`),
    keysOf(asset.id),
  );
  const words = (what: Record<"labour" | "parts" | "travel", boolean>) =>
    COVERS.filter(([name]) => what[name])
      .map(([, text]) => t(text))
      .join(" · ");
  const found = query.data;
  return (
    <Section
      title={t("asset.warranty")}
      aside={
        rights.assets && (
          <button type="button" className={panel.link} onClick={() => setOpen(true)}>
            {t("asset.addWarranty")}
          </button>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {found && (
        <p className={found.cover.covered ? "" : ui.soft}>
          {found.cover.covered
            ? t("asset.warrantyUntil", { day: dayOf(found.cover.ends_on ?? ""), what: words(found.cover) })
            : t("asset.warrantyNone")}
        </p>
      )}
      <ul className={panel.list}>
        {found?.items.map((one) => (
          <li key={one.id}>
            <span>
              {dayOf(one.starts_on)} – {dayOf(one.ends_on)}{" "}
              <span className={ui.soft}>
                {words(one)} {one.note}
              </span>
            </span>
            {rights.assets && (
              <button
                type="button"
                className={panel.link}
                aria-label={t("asset.removeWarranty", { from: one.starts_on })}
                disabled={drop.isPending}
                onClick={() => drop.mutate(one.id)}
              >
                {t("asset.remove")}
              </button>
            )}
          </li>
        ))}
      </ul>
      {open && (
        <FormDialog
          title={t("asset.addWarranty")}
          fields={[
            { kind: "date", name: "starts_on", label: t("asset.from"), required: true },
            { kind: "date", name: "ends_on", label: t("asset.until"), required: true },
            ...COVERS.map(([name, text]): Field => ({ kind: "check", name, label: t(text) })),
            { kind: "area", name: "note", label: t("asset.note") },
          ]}
          initial={{ starts_on: asset.installed_on, labour: true, parts: true, travel: false }}
          send={(values) => post(`${assetPath(asset.id)}/warranties`, { ...values, note: values.note ?? "" })}
          keys={keysOf(asset.id)}
          onClose={() => setOpen(false)}
        />
      )}
    </Section>
  );
}

function Materials({ asset }: Props) {
  const rights = useRights();
  const [open, setOpen] = useState(false);
  const query = useOf<Bom>(asset.id, "/bom");
  const lines = query.data?.lines ?? [];
  return (
    <Section
      title={t("asset.bom")}
      aside={
        rights.assets &&
        query.data && (
          <button
            type="button"
            className={panel.link}
            aria-label={t("asset.bomEdit")}
            onClick={() => setOpen(true)}
          >
            {t("asset.edit")}
          </button>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && lines.length === 0 && <p className={ui.soft}>{t("asset.bomNone")}</p>}
      <ul className={panel.list}>
        {lines.map((one) => (
          <li key={one.id}>
            <span>
              {one.name} <span className={ui.soft}>{one.number}</span>
            </span>
            <span>
              {quantity(one.quantity)} {one.position && <span className={ui.soft}>{one.position}</span>}
            </span>
          </li>
        ))}
      </ul>
      {open && query.data && <BomDialog id={asset.id} bom={query.data} onClose={() => setOpen(false)} />}
    </Section>
  );
}

/** What an asset is, how it stands, who answers for it, what it is built of. */
export function Overview({ asset }: Props) {
  return (
    <>
      <OnFile asset={asset} />
      <States asset={asset} />
      <Warranty asset={asset} />
      <Materials asset={asset} />
    </>
  );
}
