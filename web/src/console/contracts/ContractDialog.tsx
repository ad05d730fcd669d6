import { useState } from "react";
import { post, put } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { type Field, FormDialog, Picker, useOne, type Values } from "../kit";
import { select } from "../route";
import { type Contract, CYCLES, KINDS, type Terms, UNITS } from "./api";
import css from "./contracts.module.css";

function Named({ path, onRemove }: { path: string; onRemove: () => void }) {
  const name = useOne<{ name: string }>(path).data?.name ?? "…";
  return (
    <span className={ui.chip}>
      {name}
      <button
        type="button"
        className={`${ui.button} ${ui.quiet}`}
        aria-label={t("contract.removeOne", { name })}
        onClick={onRemove}
      >
        <span aria-hidden="true">×</span>
      </button>
    </span>
  );
}

/** Several assets or sites, each found by typing. */
function Several(props: {
  of: "asset" | "site";
  label: string;
  within: Readonly<Record<string, string>>;
  ids: string[];
  set: (ids: string[]) => void;
}) {
  const { of, label, within, ids, set } = props;
  return (
    <div className={css.several}>
      {ids.map((id) => (
        <Named
          key={id}
          path={`/api/v1/${of}s/${encodeURIComponent(id)}`}
          onRemove={() => set(ids.filter((one) => one !== id))}
        />
      ))}
      <Picker
        of={of}
        label={label}
        placeholder={label}
        within={within}
        value={null}
        onChange={(id) => id && set([...new Set([...ids, id])])}
      />
    </div>
  );
}

function Coverage({ values, set }: { values: Record<string, unknown>; set: (value: unknown) => void }) {
  return (
    <div className={css.row}>
      {KINDS.map((kind) => (
        <label key={kind} className={ui.field}>
          <span>{t(`money.kind.${kind}`)}</span>
          <input
            type="number"
            className={ui.input}
            min={0}
            max={100}
            required
            value={String(values[kind] ?? 0)}
            onChange={(event) => set({ ...values, [kind]: event.target.valueAsNumber || 0 })}
          />
        </label>
      ))}
    </div>
  );
}

type Granted = Record<string, { quantity: string; cycle: string }>;

function Entitlements({ values, set }: { values: Granted; set: (value: unknown) => void }) {
  return (
    <div className={ui.stack}>
      {UNITS.map((unit) => {
        const line = values[unit] ?? { quantity: "", cycle: "year" };
        return (
          <div key={unit} className={css.row}>
            <label className={ui.field}>
              <span>{t(`contract.unit.${unit}`)}</span>
              <input
                type="number"
                className={ui.input}
                min={0}
                step="any"
                value={line.quantity}
                onChange={(event) => set({ ...values, [unit]: { ...line, quantity: event.target.value } })}
              />
            </label>
            <label className={ui.field}>
              <span>{t("contract.cycle")}</span>
              <select
                className={ui.input}
                aria-label={`${t(`contract.unit.${unit}`)}: ${t("contract.cycle")}`}
                value={line.cycle}
                onChange={(event) => set({ ...values, [unit]: { ...line, cycle: event.target.value } })}
              >
                {CYCLES.map((cycle) => (
                  <option key={cycle} value={cycle}>
                    {t(`contract.cycle.${cycle}`)}
                  </option>
                ))}
              </select>
            </label>
          </div>
        );
      })}
    </div>
  );
}

function initialOf(terms: Terms | undefined, customerId: string | undefined): Values {
  const granted: Granted = {};
  for (const { unit, quantity, cycle } of terms?.entitlements ?? []) granted[unit] = { quantity, cycle };
  return {
    customer_id: customerId ?? null,
    number: null,
    name: terms?.name ?? "",
    starts_on: terms?.starts_on ?? null,
    ends_on: terms?.ends_on ?? null,
    coverage: terms?.coverage ?? { labour: 100, parts: 0, travel: 100, consumables: 0 },
    tier: terms?.tier ?? null,
    price_list_id: terms?.price_list_id ?? null,
    note: terms?.note ?? "",
    asset_ids: terms?.asset_ids ?? [],
    site_ids: terms?.site_ids ?? [],
    class_codes: (terms?.class_codes ?? []).join(" "),
    entitlements: granted,
  };
}

/** A new contract, or new terms of one. */
export function ContractDialog({ contract, onClose }: { contract?: Contract; onClose: () => void }) {
  const [customerId, setCustomerId] = useState(contract?.customer_id ?? null);
  const within: Record<string, string> = customerId ? { customer_id: customerId } : {};
  const fields: Field[] = [
    {
      kind: "own",
      name: "customer_id",
      label: t("contract.customer"),
      draw: (value, set) => (
        <Picker
          of="customer"
          label={t("contract.customer")}
          value={value === null ? null : String(value)}
          required
          onChange={(id) => {
            set(id);
            setCustomerId(id);
          }}
        />
      ),
      shown: () => !contract,
    },
    {
      name: "number",
      label: t("contract.number"),
      hint: t("contract.numberHint"),
      maxLength: 64,
      shown: () => !contract,
    },
    { name: "name", label: t("contract.name"), required: true, across: true },
    { kind: "date", name: "starts_on", label: t("contract.starts"), required: true },
    { kind: "date", name: "ends_on", label: t("contract.ends"), required: true },
    {
      kind: "own",
      name: "coverage",
      label: t("contract.coverage"),
      draw: (value, set) => <Coverage values={value as Record<string, unknown>} set={set} />,
    },
    {
      kind: "own",
      name: "asset_ids",
      label: t("contract.assets"),
      hint: t("contract.scopeHint"),
      draw: (value, set) => (
        <Several
          of="asset"
          label={t("contract.addAsset")}
          within={within}
          ids={value as string[]}
          set={set}
        />
      ),
    },
    {
      kind: "own",
      name: "site_ids",
      label: t("contract.sites"),
      draw: (value, set) => (
        <Several of="site" label={t("contract.addSite")} within={within} ids={value as string[]} set={set} />
      ),
    },
    {
      name: "class_codes",
      label: t("contract.classes"),
      hint: t("contract.classesHint"),
      across: true,
    },
    {
      kind: "own",
      name: "entitlements",
      label: t("contract.entitlements"),
      draw: (value, set) => <Entitlements values={value as Granted} set={set} />,
    },
    { name: "tier", label: t("contract.tier"), hint: t("contract.tierHint"), maxLength: 64 },
    { kind: "pick", of: "priceList", name: "price_list_id", label: t("contract.prices") },
    { kind: "area", name: "note", label: t("contract.note") },
  ];
  const send = ({ customer_id, number, class_codes, entitlements, ...values }: Values) => {
    const body = {
      ...values,
      class_codes: String(class_codes ?? "")
        .split(/\s+/)
        .filter(Boolean),
      entitlements: Object.entries(entitlements as Granted)
        .filter(([, { quantity }]) => Number(quantity) > 0)
        .map(([unit, { quantity, cycle }]) => ({ unit, quantity, cycle })),
    };
    return contract
      ? put<Contract>(`/api/v1/contracts/${contract.id}`, { ...body, version: contract.version })
      : post<Contract>("/api/v1/contracts", { ...body, customer_id, ...(number ? { number } : {}) });
  };
  return (
    <FormDialog<Contract>
      title={contract ? t("contract.editTitle", { number: contract.number }) : t("contract.new")}
      fields={fields}
      initial={initialOf(contract?.terms, contract?.customer_id)}
      send={send}
      keys={[
        ["/api/v1/contracts"],
        ...(contract
          ? [
              [`/api/v1/contracts/${contract.id}`],
              [`/api/v1/contracts/${contract.id}/allowances`],
              [`/api/v1/contracts/${contract.id}/versions`],
            ]
          : []),
      ]}
      onDone={(made) => select("contracts", made.id)}
      onClose={onClose}
      wide
    />
  );
}
