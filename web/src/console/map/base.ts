/** The base map: land of the world and the demo city, all from this server; colours follow the theme. */
import type { FeatureCollection } from "geojson";
import type { GeoJSONSource, Map as GlMap, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import fineLand from "world-atlas/land-50m.json?url";
import coarseLand from "world-atlas/land-110m.json?url";
import { getLang } from "../../shared/i18n";
import { tokenColour } from "../../shared/theme";
import city from "./geo/city.json?url";

const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };
export const CITY_CENTRE: [number, number] = [121.47, 31.23];

type Paint = readonly [layer: string, property: string, token: string];

/** Where the tokens go; applied at the start and at each change of theme. */
const COLOURS: readonly Paint[] = [
  ["water", "background-color", "map-water"],
  ["land", "fill-color", "map-land"],
  ["district", "fill-color", "map-district"],
  ["district-line", "line-color", "map-district-line"],
  ["park", "fill-color", "map-park"],
  ["river", "line-color", "map-water"],
  ["street", "line-color", "map-road"],
  ["major-casing", "line-color", "map-road-casing"],
  ["major", "line-color", "map-road"],
  ["motorway-casing", "line-color", "map-road-casing"],
  ["motorway", "line-color", "map-road"],
  ["place", "text-color", "map-label"],
  ["place", "text-halo-color", "map-land"],
];

const width = (...stops: number[]) => ["interpolate", ["exponential", 1.6], ["zoom"], ...stops] as never;
const only = (kind: string) => ["==", ["get", "kind"], kind] as never;

function roads(id: string, kind: string, minzoom: number, ...stops: number[]): LayerSpecification {
  const layout = { "line-cap": "round", "line-join": "round" } as const;
  return {
    id,
    type: "line",
    source: "city",
    minzoom,
    filter: only(kind),
    layout,
    paint: { "line-width": width(...stops) },
  };
}

/** The style without colours and without any address: no tiles, no glyphs, no sprite. */
export function baseStyle(): StyleSpecification {
  return {
    version: 8,
    sources: {
      land: { type: "geojson", data: NOTHING },
      city: { type: "geojson", data: NOTHING },
    },
    layers: [
      { id: "water", type: "background" },
      { id: "land", type: "fill", source: "land" },
      { id: "district", type: "fill", source: "city", filter: only("district"), minzoom: 6 },
      {
        id: "district-line",
        type: "line",
        source: "city",
        filter: only("district"),
        minzoom: 8,
        paint: { "line-dasharray": [3, 2] },
      },
      { id: "park", type: "fill", source: "city", filter: only("park"), minzoom: 8 },
      roads("river", "river", 6, 6, 1, 10, 7, 13, 45, 16, 260),
      roads("street", "street", 11, 11, 0.5, 14, 4, 17, 18),
      roads("major-casing", "major", 9.5, 10, 1.5, 13, 6, 17, 32),
      roads("motorway-casing", "motorway", 7, 8, 1.2, 11, 4, 13, 9, 17, 44),
      roads("major", "major", 9.5, 10, 0.8, 13, 4.5, 17, 28),
      roads("motorway", "motorway", 7, 8, 0.7, 11, 2.8, 13, 7, 17, 38),
      {
        id: "place",
        type: "symbol",
        source: "city",
        filter: only("label"),
        minzoom: 8.5,
        layout: {
          "text-size": ["interpolate", ["linear"], ["zoom"], 9, 11, 13, 15],
          "text-field": "",
          "text-padding": 8,
        },
        paint: { "text-halo-width": 1.4 },
      },
    ],
  };
}

/** Put the colours of the present theme on the base map. */
export function colourBase(map: GlMap): void {
  for (const [layer, property, token] of COLOURS)
    map.setPaintProperty(layer, property as never, tokenColour(token) as never);
}

/** District names in the present language. */
export function nameBase(map: GlMap): void {
  map.setLayoutProperty("place", "text-field", ["get", getLang()]);
}

async function fetchJson<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return (await answer.json()) as T;
}

async function landOf(url: string): Promise<FeatureCollection> {
  const topology = await fetchJson<Topology<{ land: GeometryCollection }>>(url);
  return feature(topology, topology.objects.land) as FeatureCollection;
}

// Asked for as soon as this chunk runs, so that it is there when the map is.
const early = { city: fetchJson<FeatureCollection>(city), coarse: landOf(coarseLand) };
for (const promise of Object.values(early)) promise.catch(() => undefined);

/** Hand over the data, fetched on the page and not in MapLibre's worker; fine land last, and only from zoom 4. */
export async function loadBase(map: GlMap): Promise<void> {
  const into = (source: string) => map.getSource<GeoJSONSource>(source);
  await into("city")?.setData(await early.city);
  await into("land")?.setData(await early.coarse);
  const refine = () => {
    if (map.getZoom() < 4) return;
    map.off("idle", refine);
    void landOf(fineLand).then((data) => into("land")?.setData(data));
  };
  map.on("idle", refine);
}
