/** Keeps the map's sources in step with the live world by differences, outside of React. */
import type { GeoJSONSource, Map as GlMap } from "maplibre-gl";
import type { Change, World } from "../../shared/live/world";
import type { Kind } from "../../shared/ui/marks";
import { difference, featuresOf } from "./difference";

export class Feed {
  private readonly holds: Record<Kind, Set<string>> = {
    order: new Set(),
    tech: new Set(),
    device: new Set(),
  };

  constructor(private readonly map: GlMap) {}

  /** Write a change into the sources; without one, the whole world. */
  write(world: World, change: Change | null): void {
    const ids: Record<Kind, string[] | null> = {
      order: change?.orders ?? null,
      tech: change?.techs ?? null,
      device: change?.devices ?? null,
    };
    for (const kind of ["device", "order", "tech"] as const) {
      const source = this.map.getSource<GeoJSONSource>(kind);
      const changed = ids[kind];
      if (!source) continue;
      if (changed === null) {
        const features = featuresOf(world, kind);
        this.holds[kind] = new Set(features.map(({ properties }) => properties.id));
        void source.setData({ type: "FeatureCollection", features });
      } else if (changed.length > 0) {
        void source.updateData(difference(world, kind, changed, this.holds[kind]));
      }
    }
  }
}
