/** Sources and layers of what moves: orders and devices in clusters, technicians never. */
import type { GeoJSONSourceSpecification, Map as GlMap } from "maplibre-gl";
import { tokenColour } from "../../shared/theme";
import type { Kind } from "../../shared/ui/marks";
import { clusterIcon } from "./icons";

const EMPTY = { type: "FeatureCollection", features: [] } as GeoJSONSourceSpecification["data"];
const CLUSTER = { cluster: true, clusterRadius: 38, clusterMaxZoom: 15 } as const;
const sum = (condition: unknown) => ["+", ["case", condition, 1, 0]] as never;

export const LAYERS: Record<Kind, readonly string[]> = {
  device: ["device-cluster", "device"],
  order: ["order-cluster", "order"],
  tech: ["tech"],
};
export const CLICKABLE = ["tech", "order", "order-cluster", "device", "device-cluster"];

function addCluster(map: GlMap, kind: "order" | "device"): void {
  map.addLayer({
    id: `${kind}-cluster`,
    type: "symbol",
    source: kind,
    filter: ["has", "point_count"],
    layout: {
      "icon-image": ["case", [">", ["get", "urgent"], 0], clusterIcon(kind, true), clusterIcon(kind, false)],
      "icon-size": ["interpolate", ["linear"], ["get", "point_count"], 2, 1, 60, 1.25, 1000, 1.6],
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
      "text-field": ["get", "point_count_abbreviated"],
      "text-size": 12,
      "text-allow-overlap": true,
      "text-ignore-placement": true,
    },
    paint: shifted(kind),
  });
}

/** Orders stand a little beside their place, where the device is. */
function shifted(kind: Kind) {
  if (kind !== "order") return {};
  return { "icon-translate": [11, -11] as [number, number], "text-translate": [11, -11] as [number, number] };
}

function addPoints(map: GlMap, kind: Kind): void {
  map.addLayer({
    id: kind,
    type: "symbol",
    source: kind,
    filter: ["!", ["has", "point_count"]],
    layout: {
      "icon-image": ["get", "icon"],
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
      "symbol-sort-key": ["get", "rank"],
      "text-field": ["step", ["zoom"], "", kind === "tech" ? 10.5 : 14, ["get", "label"]],
      "text-size": 11.5,
      "text-offset": [0, kind === "tech" ? 1.5 : 1.3],
      "text-anchor": "top",
      "text-optional": true,
    },
    paint: { "text-halo-width": 1.4, ...shifted(kind) },
  });
}

/** Add everything once, below to above. */
export function addLayers(map: GlMap): void {
  map.addSource("device", {
    type: "geojson",
    data: EMPTY,
    promoteId: "id",
    ...CLUSTER,
    clusterProperties: { urgent: sum(["==", ["get", "state"], "alarm"]) },
  });
  map.addSource("order", {
    type: "geojson",
    data: EMPTY,
    promoteId: "id",
    ...CLUSTER,
    clusterProperties: { urgent: sum(["==", ["get", "rank"], 4]) },
  });
  map.addSource("tech", { type: "geojson", data: EMPTY, promoteId: "id" });
  map.addSource("selection", { type: "geojson", data: EMPTY });

  map.addLayer({
    id: "selection",
    type: "circle",
    source: "selection",
    paint: { "circle-radius": 20, "circle-opacity": 0.22, "circle-stroke-width": 2.5 },
  });
  addCluster(map, "device");
  addPoints(map, "device");
  addCluster(map, "order");
  addPoints(map, "order");
  addPoints(map, "tech");
  colourLayers(map);
}

/** Put the colours of the present theme on them. */
export function colourLayers(map: GlMap): void {
  const [surface, ink, accent] = ["surface", "ink", "accent"].map(tokenColour);
  const paint = (layer: string, property: string, value: unknown) =>
    map.setPaintProperty(layer, property as never, value as never);
  paint("device-cluster", "text-color", ink);
  paint("order-cluster", "text-color", ink);
  for (const kind of ["device", "order", "tech"]) {
    paint(kind, "text-color", ink);
    paint(kind, "text-halo-color", surface);
  }
  paint("selection", "circle-color", accent);
  paint("selection", "circle-stroke-color", accent);
}

/** Show or hide all layers of a kind. */
export function showKind(map: GlMap, kind: Kind, visible: boolean): void {
  for (const layer of LAYERS[kind]) map.setLayoutProperty(layer, "visibility", visible ? "visible" : "none");
}
