import { lazy, Suspense, useState } from "react";
import { t } from "../../shared/i18n";
import { Loading, ui } from "../../shared/ui/parts";
import type { Corner } from "./PlaceMap";
import css from "./places.module.css";

const PlaceMap = lazy(() => import("./PlaceMap"));

export interface Place {
  lon: number | null;
  lat: number | null;
}

function cornerOf({ lon, lat }: Place): Corner | null {
  return lon === null || lat === null || Number.isNaN(lon) || Number.isNaN(lat) ? null : [lon, lat];
}

/** A map that is drawn when it is asked for. */
export function MapToggle(props: {
  point?: Corner | null;
  area?: readonly Corner[];
  onPick?: (at: Corner) => void;
}) {
  const [shown, setShown] = useState(false);
  return (
    <div className={ui.stack}>
      <span>
        <button type="button" className={ui.button} aria-expanded={shown} onClick={() => setShown(!shown)}>
          {shown ? t("site.hideMap") : t("site.showMap")}
        </button>{" "}
        {shown && props.onPick && <span className={ui.soft}>{t("site.pickHint")}</span>}
      </span>
      {shown && (
        <Suspense fallback={<Loading what={t("map.loading")} />}>
          <PlaceMap {...props} />
        </Suspense>
      )}
    </div>
  );
}

/** A position: two figures, or a click on the map. */
export function PlaceField({ value, onChange }: { value: Place; onChange: (place: Place) => void }) {
  const figure = (name: "lon" | "lat", most: number) => (
    <label className={ui.field}>
      <span>{t(`site.${name}`)}</span>
      <input
        type="number"
        className={ui.input}
        min={-most}
        max={most}
        step="any"
        required
        value={value[name] ?? ""}
        onChange={(event) =>
          onChange({ ...value, [name]: event.target.value === "" ? null : event.target.valueAsNumber })
        }
      />
    </label>
  );
  return (
    <div className={ui.stack}>
      <div className={css.pair}>
        {figure("lon", 180)}
        {figure("lat", 90)}
      </div>
      <MapToggle point={cornerOf(value)} onPick={([lon, lat]) => onChange({ lon, lat })} />
    </div>
  );
}
