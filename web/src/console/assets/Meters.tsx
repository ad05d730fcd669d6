import { useState } from "react";
import { post } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { moment, quantity } from "../../shared/time";
import { Facts, Failure, Loading, Refusal, Section, ui } from "../../shared/ui/parts";
import { Chart } from "../charts/Chart";
import { type Field, FormDialog } from "../kit";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import { type AssetDetail, assetPath, keysOf, type Meter, type Reading, useOf } from "./api";
import css from "./assets.module.css";
import { useReadings } from "./useReadings";

const SHOWN = 8;
const AT: Field = { kind: "moment", name: "at", label: "", hint: "" };
const whenRead = (): Field => ({ ...AT, label: t("asset.readAt"), hint: t("asset.nowHint") });
const value = (name: string, label: string): Field => ({
  kind: "number",
  name,
  label,
  step: "any",
  required: true,
});

type Open = "read" | "replace" | null;

function Dialogs({ meter, open, onClose }: { meter: Meter; open: Open; onClose: () => void }) {
  const path = `/api/v1/meters/${encodeURIComponent(meter.id)}`;
  const note: Field = { kind: "area", name: "note", label: t("asset.note") };
  const keys = keysOf(meter.asset_id);
  const clean = (values: Record<string, unknown>) => ({ ...values, note: values.note ?? "" });
  if (open === "read") {
    return (
      <FormDialog
        title={t("asset.readOf", { name: meter.name })}
        fields={[value("value", `${t("asset.value")} (${meter.unit})`), whenRead(), note]}
        initial={{}}
        send={(values) => post(`${path}/readings`, clean(values))}
        keys={keys}
        onClose={onClose}
      />
    );
  }
  if (open === "replace") {
    return (
      <FormDialog
        title={t("asset.replaceOf", { name: meter.name })}
        fields={[
          value("old_final", t("asset.oldFinal")),
          value("new_first", t("asset.newFirst")),
          {
            kind: "number",
            name: "new_rolls_over_at",
            label: t("asset.rollsOverAt"),
            hint: t("asset.rollsOverHint"),
            step: "any",
          },
          whenRead(),
          note,
        ]}
        initial={{ new_first: 0, new_rolls_over_at: meter.rolls_over_at && Number(meter.rolls_over_at) }}
        send={(values) => post(`${path}/replacements`, clean(values))}
        keys={keys}
        onClose={onClose}
      />
    );
  }
  return null;
}

function Readings({ meter, rows }: { meter: Meter; rows: readonly Reading[] }) {
  const rights = useRights();
  const drop = useWrite(
    (id: string) => post(`/api/v1/meter-readings/${encodeURIComponent(id)}/void`, {}),
    keysOf(meter.asset_id),
  );
  return (
    <>
      <ul className={panel.list} aria-label={t("asset.readings")}>
        {rows.slice(0, SHOWN).map((one) => (
          <li key={one.id}>
            <span>
              {one.fault === "voided" ? <s>{quantity(one.value)}</s> : quantity(one.value)} {meter.unit}{" "}
              <span className={ui.soft}>
                {moment(one.at)} · {t(`asset.source.${one.source}`)} {one.note}
              </span>{" "}
              {one.fault && (
                <span className={`${ui.chip} ${ui.chipWarn}`}>{t(`asset.fault.${one.fault}`)}</span>
              )}
              {one.new_first !== null && (
                <span className={ui.chip}>{t("asset.replaced", { n: quantity(one.new_first) })}</span>
              )}
            </span>
            {rights.assets && one.fault !== "voided" && (
              <button
                type="button"
                className={panel.link}
                aria-label={t("asset.voidOf", { at: moment(one.at) })}
                disabled={drop.isPending}
                onClick={() => drop.mutate(one.id)}
              >
                {t("asset.void")}
              </button>
            )}
          </li>
        ))}
      </ul>
      <Refusal error={drop.error} />
    </>
  );
}

function OneMeter({ meter }: { meter: Meter }) {
  const rights = useRights();
  const [open, setOpen] = useState<Open>(null);
  const query = useReadings(meter);
  const rows = query.data?.items ?? [];
  const counter = meter.kind === "cumulative";
  const points = rows
    .filter((one) => one.fault === null)
    .map((one): readonly [number, number] => [Date.parse(one.at), Number(counter ? one.total : one.value)])
    .reverse();
  return (
    <Section title={meter.name} aside={<span className={ui.soft}>{meter.code}</span>}>
      <div className={css.meter}>
        <Facts
          rows={[
            [
              t("asset.lastReading"),
              meter.last && `${quantity(meter.last.value)} ${meter.unit} · ${moment(meter.last.at)}`,
            ],
            [t("asset.total"), meter.last?.total && `${quantity(meter.last.total)} ${meter.unit}`],
            [
              t("asset.perDay"),
              meter.usage &&
                t("asset.perDayValue", {
                  n: quantity(Number(meter.usage.per_day).toFixed(1)),
                  unit: meter.unit,
                }),
            ],
            [t("asset.rollsOverAt"), meter.rolls_over_at && quantity(meter.rolls_over_at)],
            [t("asset.metric"), meter.metric],
          ]}
        />
        {rights.readings && (
          <div className={css.buttons}>
            <button type="button" className={ui.button} onClick={() => setOpen("read")}>
              {t("asset.read")}
            </button>
            {counter && rights.assets && (
              <button type="button" className={ui.button} onClick={() => setOpen("replace")}>
                {t("asset.replace")}
              </button>
            )}
          </div>
        )}
        {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
        {points.length > 1 && (
          <Chart
            data={{
              name: `${counter ? t("asset.total") : meter.name} (${meter.unit})`,
              points,
              band: [],
              alarms: [],
            }}
            height={150}
          />
        )}
        <Readings meter={meter} rows={rows} />
      </div>
      <Dialogs meter={meter} open={open} onClose={() => setOpen(null)} />
    </Section>
  );
}

/** What has been counted on an asset and what its gauges showed. */
export function Meters({ asset }: { asset: AssetDetail }) {
  const rights = useRights();
  const [adding, setAdding] = useState(false);
  const query = useOf<Page<Meter>>(asset.id, "/meters");
  const rows = query.data?.items ?? [];
  return (
    <>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && (
        <Section title={t("asset.part.meters")}>
          <p className={ui.soft}>{t("asset.meterNone")}</p>
        </Section>
      )}
      {rows.map((one) => (
        <OneMeter key={one.id} meter={one} />
      ))}
      {rights.assets && (
        <p className={panel.actions}>
          <button type="button" className={ui.button} onClick={() => setAdding(true)}>
            {t("asset.addMeter")}
          </button>
        </p>
      )}
      {adding && (
        <FormDialog
          title={t("asset.addMeter")}
          fields={[
            {
              name: "code",
              label: t("asset.code"),
              required: true,
              maxLength: 64,
              pattern: "[A-Za-z0-9][A-Za-z0-9._/\\-]*",
            },
            { name: "name", label: t("asset.name"), required: true },
            { name: "unit", label: t("asset.unit"), required: true, maxLength: 20 },
            {
              kind: "choice",
              name: "kind",
              label: t("asset.kind"),
              required: true,
              options: [
                ["cumulative", t("asset.kind.cumulative")],
                ["gauge", t("asset.kind.gauge")],
              ],
            },
            {
              kind: "number",
              name: "rolls_over_at",
              label: t("asset.rollsOverAt"),
              hint: t("asset.rollsOverHint"),
              step: "any",
              min: 0.0001,
              shown: (values) => values.kind !== "gauge",
            },
            { name: "metric", label: t("asset.metric"), hint: t("asset.metricHint"), maxLength: 64 },
          ]}
          initial={{ kind: "cumulative", unit: "h", code: "run_hours" }}
          send={(values) =>
            post<Meter>(`${assetPath(asset.id)}/meters`, {
              ...values,
              rolls_over_at: values.kind === "gauge" ? null : (values.rolls_over_at ?? null),
              metric: values.metric ?? null,
            })
          }
          keys={keysOf(asset.id)}
          onClose={() => setAdding(false)}
        />
      )}
    </>
  );
}
