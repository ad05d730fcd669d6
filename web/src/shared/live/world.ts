/** What moves on the map, and the pure step from one state of it to the next. */
import type { Delta, Health, OrderDelta, Snapshot, TechState } from "../api/types";

export interface Tech {
  id: string;
  name: string;
  lon: number | null;
  lat: number | null;
  state: TechState;
  /** When the position was measured, milliseconds since the epoch; null without a position. */
  positionAt: number | null;
}

export interface MapDevice {
  id: string;
  name: string;
  lon: number | null;
  lat: number | null;
  health: Health;
  model: string;
}

export type MapOrder = OrderDelta;

export interface World {
  /** The server's mark in its feed; opaque but for its order, see `isAfter`. */
  seq: string;
  ts: string;
  techs: ReadonlyMap<string, Tech>;
  orders: ReadonlyMap<string, MapOrder>;
  devices: ReadonlyMap<string, MapDevice>;
}

/** The ids a delta touched; `unknown` asks for a new snapshot, since a delta named a stranger. */
export interface Change {
  techs: string[];
  orders: string[];
  devices: string[];
  cases: string[];
  tickets: string[];
  unknown: boolean;
}

const GONE = new Set(["closed", "cancelled"]);

function positionAt(ts: string, ageS: number | null): number | null {
  return ageS === null ? null : Date.parse(ts) - ageS * 1000;
}

/** Columns to rows, keyed by id. */
export function fromSnapshot({ seq, ts, tech, order, device }: Snapshot): World {
  const techs = new Map<string, Tech>();
  tech.id.forEach((id, i) => {
    techs.set(id, {
      id,
      name: tech.name[i] ?? "",
      lon: tech.lon[i] ?? null,
      lat: tech.lat[i] ?? null,
      state: tech.state[i] ?? "off",
      positionAt: positionAt(ts, tech.age_s[i] ?? null),
    });
  });
  const orders = new Map<string, MapOrder>();
  order.id.forEach((id, i) => {
    orders.set(id, {
      id,
      number: order.number[i] ?? "",
      lon: order.lon[i] ?? null,
      lat: order.lat[i] ?? null,
      state: order.state[i] ?? "open",
      priority: order.priority[i] ?? 4,
      due_at: order.due_at[i] ?? null,
      summary: order.summary[i] ?? "",
    });
  });
  const devices = new Map<string, MapDevice>();
  device.id.forEach((id, i) => {
    devices.set(id, {
      id,
      name: device.name[i] ?? "",
      lon: device.lon[i] ?? null,
      lat: device.lat[i] ?? null,
      health: device.health[i] ?? "unknown",
      model: device.model[i] ?? "",
    });
  });
  return { seq, ts, techs, orders, devices };
}

/** Whether mark `a` lies behind mark `b`: both read `<number>-<text>`, the number first. */
export function isAfter(a: string, b: string): boolean {
  const [a1 = "", a2 = ""] = a.split("-", 2);
  const [b1 = "", b2 = ""] = b.split("-", 2);
  if (a1.length !== b1.length) return a1.length > b1.length;
  return a1 === b1 ? a2 > b2 : a1 > b1;
}

/** The world after `delta`, and what changed; null when the delta is already part of it. */
export function advance(world: World, delta: Delta): { world: World; change: Change } | null {
  if (!isAfter(delta.seq, world.seq)) return null;
  const change: Change = {
    techs: [],
    orders: [],
    devices: [],
    cases: (delta.case ?? []).map(({ id }) => id),
    tickets: (delta.ticket ?? []).map(({ id }) => id),
    unknown: false,
  };
  const next = { ...world, seq: delta.seq, ts: delta.ts };
  if (delta.tech?.length) {
    const techs = new Map(world.techs);
    for (const [id, lon, lat, state, ageS] of delta.tech) {
      const known = techs.get(id);
      if (!known) change.unknown = true;
      techs.set(id, { id, name: known?.name ?? "", lon, lat, state, positionAt: positionAt(delta.ts, ageS) });
      change.techs.push(id);
    }
    next.techs = techs;
  }
  if (delta.order?.length) {
    const orders = new Map(world.orders);
    for (const order of delta.order) {
      if (GONE.has(order.state)) orders.delete(order.id);
      else orders.set(order.id, order);
      change.orders.push(order.id);
    }
    next.orders = orders;
  }
  if (delta.device?.length) {
    const devices = new Map(world.devices);
    for (const [id, health] of delta.device) {
      const known = devices.get(id);
      if (known) {
        devices.set(id, { ...known, health });
        change.devices.push(id);
      } else {
        change.unknown = true;
      }
    }
    next.devices = devices;
  }
  return { world: next, change };
}
