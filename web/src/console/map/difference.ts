/** The world as map features, and what changes between two moments of it. */
import type { Feature, Point } from "geojson";
import type { GeoJSONSourceDiff } from "maplibre-gl";
import type { MapDevice, MapOrder, Tech, World } from "../../shared/live/world";
import { iconName, type Kind } from "../../shared/ui/marks";

type Properties = { id: string; icon: string; state: string; label: string; title: string; rank: number };
export type MapFeature = Feature<Point, Properties>;

function point(lon: number | null, lat: number | null, properties: Properties): MapFeature | null {
  if (lon === null || lat === null) return null;
  return { type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties };
}

function orderFeature({ id, number, lon, lat, state, priority, summary }: MapOrder): MapFeature | null {
  const icon = iconName("order", state, priority === 1);
  return point(lon, lat, {
    id,
    icon,
    state,
    label: number,
    title: `${number}  ${summary}`,
    rank: 5 - priority,
  });
}

function techFeature({ id, name, lon, lat, state }: Tech): MapFeature | null {
  const rank = state === "off" ? 0 : 1;
  return point(lon, lat, { id, icon: iconName("tech", state), state, label: name, title: name, rank });
}

function deviceFeature({ id, name, lon, lat, health }: MapDevice): MapFeature | null {
  const rank = health === "alarm" ? 1 : 0;
  return point(lon, lat, {
    id,
    icon: iconName("device", health),
    state: health,
    label: name,
    title: name,
    rank,
  });
}

/** The features of everything of a kind that has a position. */
export function featuresOf(world: World, kind: Kind): MapFeature[] {
  const made =
    kind === "order"
      ? Array.from(world.orders.values(), orderFeature)
      : kind === "tech"
        ? Array.from(world.techs.values(), techFeature)
        : Array.from(world.devices.values(), deviceFeature);
  return made.filter((one) => one !== null);
}

function featureOf(world: World, kind: Kind, id: string): MapFeature | null {
  if (kind === "order") {
    const order = world.orders.get(id);
    return order ? orderFeature(order) : null;
  }
  if (kind === "tech") {
    const tech = world.techs.get(id);
    return tech ? techFeature(tech) : null;
  }
  const device = world.devices.get(id);
  return device ? deviceFeature(device) : null;
}

/** What to tell the source about `ids`, given which ids it `holds`; keeps `holds` up to date. */
export function difference(
  world: World,
  kind: Kind,
  ids: readonly string[],
  holds: Set<string>,
): GeoJSONSourceDiff {
  const add: MapFeature[] = [];
  const remove: string[] = [];
  const update: NonNullable<GeoJSONSourceDiff["update"]> = [];
  for (const id of new Set(ids)) {
    const now = featureOf(world, kind, id);
    if (now && holds.has(id)) {
      const addOrUpdateProperties = Object.entries(now.properties).map(([key, value]) => ({ key, value }));
      update.push({ id, newGeometry: now.geometry, addOrUpdateProperties });
    } else if (now) {
      add.push(now);
      holds.add(id);
    } else if (holds.delete(id)) {
      remove.push(id);
    }
  }
  return { add, remove, update };
}
