import "maplibre-gl/dist/maplibre-gl.css";
import {
  type GeoJSONSource,
  Map as GlMap,
  LngLatBounds,
  type MapGeoJSONFeature,
  setWorkerUrl,
} from "maplibre-gl";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { useEffect, useRef, useState } from "react";
import { t, useLang } from "../../shared/i18n";
import { live, useLiveFailed, useWorld } from "../../shared/live/store";
import type { World } from "../../shared/live/world";
import { useDark } from "../../shared/theme";
import type { Kind } from "../../shared/ui/marks";
import { Failure, ui } from "../../shared/ui/parts";
import { type Selection, type SelectionKind, select, useRoute } from "../route";
import { baseStyle, CITY_CENTRE, colourBase, loadBase, nameBase } from "./base";
import { featuresOf } from "./difference";
import { Feed } from "./feed";
import { putIcons } from "./icons";
import { Legend } from "./Legend";
import { addLayers, CLICKABLE, colourLayers, showKind } from "./layers";
import css from "./map.module.css";
import { type HereItem, Pile } from "./Pile";

setWorkerUrl(worker);

const PAGE: Record<Kind, SelectionKind> = { order: "orders", tech: "technicians", device: "devices" };
const KIND: Partial<Record<SelectionKind, Kind>> = {
  orders: "order",
  technicians: "tech",
  devices: "device",
};

function fitAll(map: GlMap, world: World, animate: boolean): void {
  const bounds = new LngLatBounds();
  for (const kind of ["order", "tech", "device"] as const) {
    for (const { geometry } of featuresOf(world, kind))
      bounds.extend(geometry.coordinates as [number, number]);
  }
  if (!bounds.isEmpty()) map.fitBounds(bounds, { padding: 60, maxZoom: 13, animate });
}

function placeOf(world: World, { kind, id }: Selection): [number, number] | null {
  const layer = KIND[kind];
  if (!layer) return null;
  const found = { order: world.orders, tech: world.techs, device: world.devices }[layer].get(id);
  return found && found.lon !== null && found.lat !== null ? [found.lon, found.lat] : null;
}

/** Zoom into a cluster; when it cannot come apart, return what lies there. */
async function openCluster(map: GlMap, hit: MapGeoJSONFeature): Promise<HereItem[] | null> {
  const kind = hit.source as Kind;
  const source = map.getSource<GeoJSONSource>(kind);
  const cluster = Number(hit.properties.cluster_id);
  if (!source || hit.geometry.type !== "Point") return null;
  const zoom = await source.getClusterExpansionZoom(cluster);
  const centre = hit.geometry.coordinates as [number, number];
  if (zoom <= 15) {
    map.easeTo({ center: centre, zoom: zoom + 0.3 });
    return null;
  }
  const leaves = await source.getClusterLeaves(cluster, 200, 0);
  return leaves.map(({ properties }) => ({
    kind,
    id: String(properties?.id),
    state: String(properties?.state),
    title: String(properties?.title),
  }));
}

interface Hover {
  x: number;
  y: number;
  title: string;
}

function useMap(onPile: (items: HereItem[] | null) => void, onHover: (hover: Hover | null) => void) {
  const holder = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<GlMap | null>(null);
  const [failed, setFailed] = useState(false);
  const [drawn, setDrawn] = useState(false);

  useEffect(() => {
    if (!holder.current) return;
    let made: GlMap;
    try {
      made = new GlMap({
        container: holder.current,
        style: baseStyle(),
        center: CITY_CENTRE,
        zoom: 9.6,
        maxZoom: 18,
        attributionControl: false,
        dragRotate: false,
        pitchWithRotate: false,
        localIdeographFontFamily:
          '"Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
      });
    } catch {
      setFailed(true);
      return;
    }
    made.touchZoomRotate.disableRotation();
    const feed = new Feed(made);
    let unsubscribe = () => {};
    made.on("load", () => {
      putIcons(made);
      addLayers(made);
      colourBase(made);
      nameBase(made);
      const world = live.getWorld();
      if (world) feed.write(world, null);
      void loadBase(made)
        .then(() => made.once("idle", () => setDrawn(true)))
        .catch(() => undefined);
      let fitted = false;
      const fitOnce = (now: World) => {
        if (!fitted) fitAll(made, now, false);
        fitted = true;
      };
      if (world) fitOnce(world);
      unsubscribe = live.onChange((now, change) => {
        feed.write(now, change);
        if (change === null) fitOnce(now);
      });
      setMap(made);
    });
    const hitAt = (at: { x: number; y: number }) =>
      made.queryRenderedFeatures([at.x, at.y], { layers: CLICKABLE })[0];
    made.on("click", (event) => {
      onPile(null);
      const hit = made.getLayer("tech") ? hitAt(event.point) : undefined;
      if (!hit) return;
      if (hit.properties.cluster_id !== undefined) void openCluster(made, hit).then(onPile);
      else select(PAGE[hit.source as Kind], String(hit.properties.id));
    });
    made.on("mousemove", (event) => {
      const hit = made.getLayer("tech") ? hitAt(event.point) : undefined;
      made.getCanvas().style.cursor = hit ? "pointer" : "";
      const title = hit?.properties.title;
      onHover(typeof title === "string" ? { x: event.point.x, y: event.point.y, title } : null);
    });
    made.on("mouseout", () => onHover(null));
    return () => {
      unsubscribe();
      made.remove();
      setMap(null);
    };
  }, [onHover, onPile]);
  return { holder, map, failed, drawn };
}

/** The dispatch map. The queue and the lists say the same in words. */
export default function MapView() {
  const lang = useLang();
  const dark = useDark();
  const world = useWorld();
  const failedToLoad = useLiveFailed();
  const { selection } = useRoute();
  const [pile, setPile] = useState<HereItem[] | null>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<Kind>>(new Set());
  const { holder, map, failed, drawn } = useMap(setPile, setHover);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is read from the document
  useEffect(() => {
    if (!map) return;
    putIcons(map);
    colourBase(map);
    colourLayers(map);
  }, [map, dark]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the language is read from the dictionary
  useEffect(() => {
    if (map) nameBase(map);
    map?.getCanvas().setAttribute("aria-label", t("map.title"));
  }, [map, lang]);

  const place = world && selection ? placeOf(world, selection) : null;
  const [lon, lat] = place ?? [null, null];
  useEffect(() => {
    const source = map?.getSource<GeoJSONSource>("selection");
    if (!source) return;
    const at = lon === null || lat === null ? [] : [{ type: "Point" as const, coordinates: [lon, lat] }];
    void source.setData({ type: "GeometryCollection", geometries: at });
  }, [map, lon, lat]);

  const selectedId = selection?.id ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new selection moves the map, a moving technician does not
  useEffect(() => {
    if (!map || lon === null || lat === null) return;
    if (!map.getBounds().contains([lon, lat]))
      map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 11) });
  }, [map, selectedId]);

  const toggle = (kind: Kind) => {
    const next = new Set(hidden);
    if (!next.delete(kind)) next.add(kind);
    setHidden(next);
    if (map) showKind(map, kind, !next.has(kind));
  };

  if (failed) return <p className={css.failed}>{t("map.failed")}</p>;
  return (
    <div className={css.map} data-map={drawn ? "drawn" : "loading"}>
      <div ref={holder} className={css.canvas} />
      {failedToLoad && (
        <div className={css.overlay}>
          <Failure error={null} retry={() => void live.reload()} />
        </div>
      )}
      {hover && (
        <div
          className={css.hover}
          style={{ transform: `translate(${hover.x + 12}px, ${hover.y + 12}px)` }}
          aria-hidden="true"
        >
          {hover.title}
        </div>
      )}
      <div className={css.tools}>
        <button
          type="button"
          className={ui.button}
          aria-label={t("map.zoomIn")}
          onClick={() => map?.zoomIn()}
        >
          +
        </button>
        <button
          type="button"
          className={ui.button}
          aria-label={t("map.zoomOut")}
          onClick={() => map?.zoomOut()}
        >
          −
        </button>
        <button type="button" className={ui.button} onClick={() => map && world && fitAll(map, world, true)}>
          {t("map.fit")}
        </button>
      </div>
      <Legend hidden={hidden} onToggle={toggle} />
      {pile && <Pile items={pile} onClose={() => setPile(null)} />}
      <p className={css.attribution}>{t("map.attribution")}</p>
    </div>
  );
}
