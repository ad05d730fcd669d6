import { lazy, Suspense, useState } from "react";
import { patch } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { Loading, Refusal, Section, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import { MapToggle } from "../places/PlaceField";
import type { Corner } from "../places/PlaceMap";
import { useWrite } from "../useWrite";
import { type Area, TECHNICIANS, type Technician, technicianPath } from "./api";

const PlaceMap = lazy(() => import("../places/PlaceMap"));

function cornersOf(area: Area | null): Corner[] {
  return (area?.coordinates[0] ?? []).slice(0, -1);
}

/** The corners of the one polygon of a GeoJSON text; null: it holds no such thing. */
export function readArea(text: string): Corner[] | null {
  try {
    const read = JSON.parse(text);
    const all = read?.type === "FeatureCollection" ? read.features : [read];
    if (!Array.isArray(all) || all.length !== 1) return null;
    const shape = all[0]?.type === "Feature" ? all[0].geometry : all[0];
    const [ring, ...holes] = shape?.type === "Polygon" ? shape.coordinates : [];
    if (!Array.isArray(ring) || ring.length < 4 || holes.length > 0) return null;
    const fine = ring.every((one) => Array.isArray(one) && one.slice(0, 2).every(Number.isFinite));
    return fine ? ring.slice(0, -1).map(([lon, lat]: number[]) => [lon ?? 0, lat ?? 0] as const) : null;
  } catch {
    return null;
  }
}

function Draw({ technician, onClose }: { technician: Technician; onClose: () => void }) {
  const [corners, setCorners] = useState<Corner[]>(cornersOf(technician.territory));
  const [wrong, setWrong] = useState(false);
  const path = technicianPath(technician.id);
  const write = useWrite(
    (ring: Corner[]) =>
      patch(path, {
        version: technician.version,
        territory: ring.length > 0 ? { type: "Polygon", coordinates: [[...ring, ring[0]]] } : null,
      }),
    [[path], [TECHNICIANS]],
    onClose,
  );
  return (
    <Modal title={t("territory.edit")} onClose={onClose} wide>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate(corners);
        }}
      >
        <p className={ui.soft}>{t("territory.lead")}</p>
        <Suspense fallback={<Loading what={t("map.loading")} />}>
          <PlaceMap
            point={[technician.lon, technician.lat]}
            area={corners}
            onPick={(at) => setCorners([...corners, at])}
          />
        </Suspense>
        <label className={ui.field}>
          <span>{t("territory.file")}</span>
          <input
            type="file"
            className={ui.input}
            accept=".json,.geojson,application/geo+json"
            onChange={async (event) => {
              const text = await event.target.files?.[0]?.text();
              const read = text === undefined ? null : readArea(text);
              setWrong(text !== undefined && read === null);
              if (read) setCorners(read);
            }}
          />
        </label>
        {wrong && (
          <p className={ui.error} role="alert">
            {t("territory.wrong")}
          </p>
        )}
        <output aria-live="polite">
          {corners.length === 0 ? t("territory.none") : t("territory.corners", { n: corners.length })}
        </output>
        <Refusal error={write.error} />
        <div className={ui.dialogButtons}>
          <button
            type="button"
            className={ui.button}
            disabled={corners.length === 0}
            onClick={() => setCorners(corners.slice(0, -1))}
          >
            {t("territory.undo")}
          </button>
          <button type="button" className={ui.button} onClick={() => setCorners([])}>
            {t("territory.clear")}
          </button>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.primary}`}
            disabled={write.isPending || corners.length === 1 || corners.length === 2}
          >
            {t("kit.save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}

/** Where a technician works by preference. */
export function Territory({ technician, mayWrite }: { technician: Technician; mayWrite: boolean }) {
  const [drawing, setDrawing] = useState(false);
  const corners = cornersOf(technician.territory);
  const edit = mayWrite && (
    <button type="button" className={ui.button} onClick={() => setDrawing(true)}>
      {t("territory.edit")}
    </button>
  );
  return (
    <Section title={t("person.territory")} aside={edit}>
      <p className={ui.soft}>
        {corners.length === 0 ? t("territory.none") : t("territory.corners", { n: corners.length })}
      </p>
      <MapToggle point={[technician.lon, technician.lat]} area={corners} />
      {drawing && <Draw technician={technician} onClose={() => setDrawing(false)} />}
    </Section>
  );
}
