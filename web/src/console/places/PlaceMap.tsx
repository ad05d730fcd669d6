import "maplibre-gl/dist/maplibre-gl.css";
import type { Feature } from "geojson";
import { type GeoJSONSource, Map as GlMap, LngLatBounds, setWorkerUrl } from "maplibre-gl";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { useEffect, useRef, useState } from "react";
import { t } from "../../shared/i18n";
import { tokenColour, useDark } from "../../shared/theme";
import { ui } from "../../shared/ui/parts";
import { baseStyle, CITY_CENTRE, colourBase, loadBase, nameBase } from "../map/base";
import css from "./places.module.css";

setWorkerUrl(worker);

export type Corner = readonly [lon: number, lat: number];
interface Props {
  /** What is marked. */
  point?: Corner | null;
  /** The outline of an area, drawn closed. */
  area?: readonly Corner[];
  onPick?: (at: Corner) => void;
}

function shapes(point: Corner | null | undefined, area: readonly Corner[]): Feature[] {
  const feature = (geometry: Feature["geometry"]): Feature => ({ type: "Feature", properties: {}, geometry });
  const corners = area.map((corner) => [...corner]);
  const found: Feature[] = [];
  if (corners.length > 2)
    found.push(feature({ type: "Polygon", coordinates: [[...corners, corners[0] ?? []]] }));
  if (corners.length === 2) found.push(feature({ type: "LineString", coordinates: corners }));
  for (const corner of corners) found.push(feature({ type: "Point", coordinates: corner }));
  if (point) found.push(feature({ type: "Point", coordinates: [...point] }));
  return found;
}

function paint(map: GlMap): void {
  const accent = tokenColour("accent");
  map.setPaintProperty("shape-fill", "fill-color", accent);
  map.setPaintProperty("shape-line", "line-color", accent);
  map.setPaintProperty("shape-point", "circle-color", accent);
  map.setPaintProperty("shape-point", "circle-stroke-color", tokenColour("surface"));
}

function addShapes(map: GlMap): void {
  map.addSource("shapes", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({ id: "shape-fill", type: "fill", source: "shapes", paint: { "fill-opacity": 0.2 } });
  map.addLayer({ id: "shape-line", type: "line", source: "shapes", paint: { "line-width": 2 } });
  map.addLayer({
    id: "shape-point",
    type: "circle",
    source: "shapes",
    filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-radius": 6, "circle-stroke-width": 2 },
  });
  paint(map);
}

function fitArea(map: GlMap, corners: readonly Corner[]): void {
  if (corners.length < 2) return;
  const bounds = new LngLatBounds();
  for (const corner of corners) bounds.extend([...corner]);
  map.fitBounds(bounds, { padding: 30, maxZoom: 13, animate: false });
}

/** A small map of one place or area; what it shows is said in figures beside it. */
export default function PlaceMap({ point, area = [], onPick }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const start = useRef<readonly Corner[]>(point ? [point, ...area] : area);
  const [map, setMap] = useState<GlMap | null>(null);
  const [failed, setFailed] = useState(false);
  const dark = useDark();

  useEffect(() => {
    if (!holder.current) return;
    let made: GlMap;
    try {
      made = new GlMap({
        container: holder.current,
        style: baseStyle(),
        center: [...(start.current[0] ?? CITY_CENTRE)],
        zoom: 10.5,
        maxZoom: 18,
        attributionControl: false,
        dragRotate: false,
        pitchWithRotate: false,
      });
    } catch {
      setFailed(true);
      return;
    }
    made.touchZoomRotate.disableRotation();
    made.on("load", () => {
      colourBase(made);
      nameBase(made);
      addShapes(made);
      made.getCanvas().setAttribute("aria-label", t("place.map"));
      fitArea(made, start.current);
      void loadBase(made).catch(() => undefined);
      setMap(made);
    });
    made.on("click", ({ lngLat }) => pick.current?.([round(lngLat.lng), round(lngLat.lat)]));
    return () => made.remove();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is read from the document
  useEffect(() => {
    if (!map) return;
    colourBase(map);
    paint(map);
  }, [map, dark]);

  useEffect(() => {
    const source = map?.getSource<GeoJSONSource>("shapes");
    void source?.setData({ type: "FeatureCollection", features: shapes(point, area) });
  }, [map, point, area]);

  if (failed) return <p className={ui.soft}>{t("map.failed")}</p>;
  return <div ref={holder} className={css.map} />;
}

/** A tenth of a metre is enough. */
function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}
