import { post, put } from "../../shared/api/client";
import { code, t } from "../../shared/i18n";
import { codes } from "../../shared/i18n/codes";
import { Failure, Loading, ui } from "../../shared/ui/parts";
import css from "../contracts/contracts.module.css";
import { FormDialog, useOne } from "../kit";
import { Modal } from "../Modal";
import { type PriceList, PURPOSES, type Rate } from "./api";

const PLAIN: Rate = { skill: null, level: null, weekdays: null, starts: null, ends: null, per_hour: "0" };
const WEEKEND = [5, 6];

function Rates({ rates, set }: { rates: Rate[]; set: (rates: Rate[]) => void }) {
  const change = (place: number, part: Partial<Rate>) =>
    set(rates.map((rate, at) => (at === place ? { ...rate, ...part } : rate)));
  return (
    <div className={ui.stack}>
      {rates.map((rate, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rate is its place
        <div key={place} className={css.row} role="group" aria-label={t("prices.rate", { n: place + 1 })}>
          <label className={ui.field}>
            <span>{t("prices.perHour")}</span>
            <input
              type="number"
              className={ui.input}
              min={0}
              step="any"
              required
              value={rate.per_hour}
              onChange={(event) => change(place, { per_hour: event.target.value })}
            />
          </label>
          <label className={ui.field}>
            <span>{t("prices.skill")}</span>
            <select
              className={ui.input}
              value={rate.skill ?? ""}
              onChange={(event) =>
                change(
                  place,
                  event.target.value ? { skill: event.target.value } : { skill: null, level: null },
                )
              }
            >
              <option value="">{t("app.all")}</option>
              {[...new Set([...Object.keys(codes.skill ?? {}), ...(rate.skill ? [rate.skill] : [])])].map(
                (one) => (
                  <option key={one} value={one}>
                    {code("skill", one)}
                  </option>
                ),
              )}
            </select>
          </label>
          <label className={ui.field}>
            <span>{t("prices.level")}</span>
            <select
              className={ui.input}
              disabled={!rate.skill}
              value={rate.level ?? ""}
              onChange={(event) => change(place, { level: Number(event.target.value) || null })}
            >
              <option value="">{t("app.all")}</option>
              {[1, 2, 3].map((level) => (
                <option key={level} value={level}>
                  {level}
                </option>
              ))}
            </select>
          </label>
          <label className={ui.field}>
            <span>{t("prices.from")}</span>
            <input
              type="time"
              className={ui.input}
              required={rate.ends !== null}
              value={rate.starts?.slice(0, 5) ?? ""}
              onChange={(event) => change(place, { starts: event.target.value || null })}
            />
          </label>
          <label className={ui.field}>
            <span>{t("prices.to")}</span>
            <input
              type="time"
              className={ui.input}
              required={rate.starts !== null}
              value={rate.ends?.slice(0, 5) ?? ""}
              onChange={(event) => change(place, { ends: event.target.value || null })}
            />
          </label>
          <label>
            <input
              type="checkbox"
              checked={rate.weekdays !== null}
              onChange={(event) => change(place, { weekdays: event.target.checked ? WEEKEND : null })}
            />{" "}
            {t("prices.weekend")}
          </label>
          <button
            type="button"
            className={ui.button}
            aria-label={t("prices.removeRate", { n: place + 1 })}
            onClick={() => set(rates.filter((_, at) => at !== place))}
          >
            <span aria-hidden="true">×</span>
          </button>
        </div>
      ))}
      <div>
        <button type="button" className={ui.button} onClick={() => set([...rates, PLAIN])}>
          {t("prices.addRate")}
        </button>
      </div>
    </div>
  );
}

function Form({ list, onClose }: { list: PriceList | null; onClose: () => void }) {
  return (
    <FormDialog<PriceList>
      title={list ? t("prices.edit", { name: list.name }) : t("prices.new")}
      wide
      fields={[
        { name: "code", label: t("prices.code"), required: true, maxLength: 64, shown: () => !list },
        { name: "name", label: t("prices.name"), required: true },
        {
          kind: "choice",
          name: "purpose",
          label: t("prices.purpose"),
          required: true,
          options: PURPOSES.map((one) => [one, t(`prices.purpose.${one}`)]),
        },
        {
          kind: "number",
          name: "per_visit",
          label: t("prices.perVisit"),
          required: true,
          min: 0,
          step: "any",
        },
        {
          kind: "number",
          name: "per_kilometre",
          label: t("prices.perKilometre"),
          required: true,
          min: 0,
          step: "any",
        },
        {
          kind: "number",
          name: "travel_time_percent",
          label: t("prices.travelTime"),
          required: true,
          min: 0,
          max: 100,
        },
        {
          kind: "number",
          name: "parts_markup_percent",
          label: t("prices.markup"),
          required: true,
          min: 0,
          max: 1000,
        },
        {
          kind: "own",
          name: "rates",
          label: t("prices.rates"),
          draw: (value, set) => <Rates rates={value as Rate[]} set={set} />,
        },
      ]}
      initial={
        list
          ? { ...list }
          : {
              code: "",
              name: "",
              purpose: "standard",
              per_visit: 0,
              per_kilometre: 0,
              travel_time_percent: 100,
              parts_markup_percent: 0,
              rates: [PLAIN],
              parts: [],
            }
      }
      send={({ id, version, code: key, per_visit, per_kilometre, ...values }) => {
        const body = { ...values, per_visit: String(per_visit), per_kilometre: String(per_kilometre) };
        return list
          ? put<PriceList>(`/api/v1/price-lists/${list.id}`, { ...body, version: list.version })
          : post<PriceList>("/api/v1/price-lists", { ...body, code: key });
      }}
      keys={[["/api/v1/price-lists"], ...(list ? [[`/api/v1/price-lists/${list.id}`]] : [])]}
      onClose={onClose}
    />
  );
}

/** A new price list, or a new version of one. */
export function PriceDialog({ id, onClose }: { id: string | null; onClose: () => void }) {
  const found = useOne<PriceList>(id ? `/api/v1/price-lists/${id}` : null);
  if (id === null) return <Form list={null} onClose={onClose} />;
  if (found.data) return <Form list={found.data} onClose={onClose} />;
  return (
    <Modal title={t("view.prices")} onClose={onClose}>
      {found.isError ? <Failure error={found.error} retry={() => void found.refetch()} /> : <Loading />}
    </Modal>
  );
}
