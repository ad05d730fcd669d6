import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { Refusal, Section, ui } from "../../shared/ui/parts";
import { type Field, Fields, Picker, type Values } from "../kit";
import { Modal } from "../Modal";
import { useWrite } from "../useWrite";
import { type InspectionRoute, ROUTES, type RouteDraft, type Stop, saveRoute, useChecklists } from "./api";
import css from "./maintenance.module.css";

const NOWHERE: Stop = { asset_id: null, location_id: null, checklist_code: "" };

function usePlaces(siteId: string | null) {
  const found = useQuery({
    queryKey: ["places", siteId],
    queryFn: ({ signal }) =>
      get<Page<{ id: string; name: string }>>(`/api/v1/sites/${siteId}/locations`, {}, signal),
    enabled: siteId !== null,
  });
  return found.data?.items ?? [];
}

function Stops({
  stops,
  siteId,
  onChange,
}: {
  stops: readonly Stop[];
  siteId: string | null;
  onChange: (stops: Stop[]) => void;
}) {
  const checklists = useChecklists();
  const places = usePlaces(siteId);
  const put = (place: number, change: Partial<Stop>) =>
    onChange(stops.map((stop, at) => (at === place ? { ...stop, ...change } : stop)));
  const up = (place: number) => {
    const next = [...stops];
    const [moved] = next.splice(place, 1);
    if (moved) next.splice(place - 1, 0, moved);
    onChange(next);
  };
  return (
    <div className={ui.stack}>
      {stops.map((stop, place) => {
        const n = place + 1;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stop is its place in the round
          <fieldset key={place} className={css.stop}>
            <legend>{t("route.stop", { n })}</legend>
            <Picker
              of="asset"
              label={`${t("route.stop", { n })}: ${t("plan.asset")}`}
              value={stop.asset_id}
              within={siteId ? { site_id: siteId } : {}}
              onChange={(id) => put(place, { asset_id: id, location_id: null })}
            />
            {places.length > 0 && (
              <select
                className={ui.input}
                aria-label={`${t("route.stop", { n })}: ${t("plan.scope")}`}
                value={stop.location_id ?? ""}
                onChange={(event) => put(place, { location_id: event.target.value || null, asset_id: null })}
              >
                <option value="">{t("app.none")}</option>
                {places.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.name}
                  </option>
                ))}
              </select>
            )}
            <select
              className={ui.input}
              aria-label={`${t("route.stop", { n })}: ${t("plan.checklist")}`}
              required
              value={stop.checklist_code}
              onChange={(event) => put(place, { checklist_code: event.target.value })}
            >
              <option value="">{t("plan.checklist")}</option>
              {checklists.map(([code, name]) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </select>
            <button
              type="button"
              className={`${ui.button} ${ui.quiet}`}
              aria-label={t("route.up", { n })}
              disabled={place === 0}
              onClick={() => up(place)}
            >
              <span aria-hidden="true">↑</span>
            </button>
            <button
              type="button"
              className={`${ui.button} ${ui.quiet}`}
              aria-label={t("route.removeStop", { n })}
              disabled={stops.length === 1}
              onClick={() => onChange(stops.filter((_, at) => at !== place))}
            >
              <span aria-hidden="true">×</span>
            </button>
          </fieldset>
        );
      })}
      <div>
        <button type="button" className={ui.button} onClick={() => onChange([...stops, NOWHERE])}>
          {t("route.addStop")}
        </button>
      </div>
    </div>
  );
}

function draftOf(values: Values): RouteDraft {
  return {
    name: String(values.name ?? ""),
    site_id: String(values.site_id ?? ""),
    skill: String(values.skill ?? ""),
    skill_level: Number(values.skill_level),
    duration_minutes: Number(values.duration_minutes),
    stops: (values.stops as Stop[]).map(({ asset_id, location_id, checklist_code }) => ({
      asset_id,
      location_id,
      checklist_code,
    })),
  };
}

const FIELDS = (): Field[] => [
  { name: "name", label: t("route.name"), required: true },
  { name: "site_id", label: t("plan.site"), kind: "pick", of: "site", required: true },
  { name: "skill", label: t("plan.skill"), required: true, maxLength: 64 },
  { name: "skill_level", label: t("plan.skillLevel"), kind: "number", min: 1, max: 3, required: true },
  { name: "duration_minutes", label: t("route.minutes"), kind: "number", min: 1, max: 480, required: true },
];

/** A round written. */
export function RouteDialog({ known, onClose }: { known: InspectionRoute | null; onClose: () => void }) {
  const [values, setValues] = useState<Values>(
    known ? { ...known } : { skill_level: 1, duration_minutes: 60, stops: [NOWHERE] },
  );
  const write = useWrite(() => saveRoute(draftOf(values), known), [[ROUTES]], onClose);
  const siteId = typeof values.site_id === "string" ? values.site_id : null;
  return (
    <Modal title={known ? known.name : t("route.new")} onClose={onClose} wide>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate(undefined);
        }}
      >
        <Fields fields={FIELDS()} values={values} onChange={setValues} error={write.error} />
        <Section title={t("route.stops")}>
          <Stops
            stops={values.stops as Stop[]}
            siteId={siteId}
            onChange={(stops) => setValues({ ...values, stops })}
          />
        </Section>
        <Refusal error={write.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={write.isPending}>
            {t("kit.save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
