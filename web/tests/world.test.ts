import { describe, expect, it } from "vitest";
import type { Delta, Snapshot } from "../src/shared/api/types";
import { advance, fromSnapshot, isAfter } from "../src/shared/live/world";

const TS = "2026-11-22T08:00:00Z";

function mark(n: number): string {
  return `${n}-${"f".repeat(32)}`;
}

function snapshot(): Snapshot {
  return {
    seq: mark(100),
    ts: TS,
    tech: { id: ["t1"], name: ["Chen"], lon: [121], lat: [31], state: ["idle"], age_s: [30] },
    order: {
      id: ["o1"],
      number: ["WO-1"],
      lon: [121.1],
      lat: [31.1],
      state: ["open"],
      priority: [2],
      due_at: [null],
      summary: ["Pump"],
    },
    device: {
      id: ["d1"],
      name: ["demo-pump-01"],
      lon: [121.2],
      lat: [31.2],
      health: ["ok"],
      model: ["pump"],
    },
  };
}

function delta(n: number, changes: Partial<Delta>): Delta {
  return { seq: mark(n), ts: "2026-11-22T08:01:00Z", ...changes };
}

const ORDER = {
  id: "o1",
  number: "WO-1",
  lon: 121.1,
  lat: 31.1,
  priority: 1,
  due_at: null,
  summary: "Pump",
} as const;

describe("the order of marks", () => {
  it("reads the number first, however long", () => {
    expect(isAfter("1000-a", "999-f")).toBe(true);
    expect(isAfter("999-f", "1000-a")).toBe(false);
    expect(isAfter("7-b", "7-a")).toBe(true);
    expect(isAfter("7-a", "7-a")).toBe(false);
  });
});

describe("a delta", () => {
  it("changes only what it names, and leaves the former world as it was", () => {
    const before = fromSnapshot(snapshot());

    const step = advance(before, delta(101, { order: [{ ...ORDER, state: "scheduled" }] }));

    expect(step?.world.orders.get("o1")?.state).toBe("scheduled");
    expect(step?.change.orders).toEqual(["o1"]);
    expect(step?.world.techs).toBe(before.techs);
    expect(before.orders.get("o1")?.state).toBe("open");
  });

  it("is dropped the second time", () => {
    const world = fromSnapshot(snapshot());
    const twice = delta(101, { device: [["d1", "alarm"]] });

    const once = advance(world, twice);

    expect(once && advance(once.world, twice)).toBeNull();
    expect(advance(world, delta(100, {}))).toBeNull();
  });

  it("takes closed and cancelled orders off the map and adds new ones", () => {
    const world = fromSnapshot(snapshot());

    const step = advance(
      world,
      delta(101, {
        order: [
          { ...ORDER, state: "closed" },
          { ...ORDER, id: "o2", state: "open" },
        ],
      }),
    );

    expect([...(step?.world.orders.keys() ?? [])]).toEqual(["o2"]);
  });

  it("keeps the name of a moving technician and dates the position", () => {
    const step = advance(fromSnapshot(snapshot()), delta(101, { tech: [["t1", 122, 32, "travelling", 10]] }));

    expect(step?.world.techs.get("t1")).toEqual({
      id: "t1",
      name: "Chen",
      lon: 122,
      lat: 32,
      state: "travelling",
      positionAt: Date.parse("2026-11-22T08:00:50Z"),
    });
    expect(step?.change.unknown).toBe(false);
  });

  it("asks for a new picture when it names a stranger", () => {
    const world = fromSnapshot(snapshot());

    expect(advance(world, delta(101, { tech: [["t9", 1, 2, "idle", 0]] }))?.change.unknown).toBe(true);
    expect(advance(world, delta(101, { device: [["d9", "ok"]] }))?.change.unknown).toBe(true);
  });

  it("reaches the same world in one step or in many", () => {
    const first = delta(101, { order: [{ ...ORDER, state: "scheduled" }] });
    const second = delta(102, { device: [["d1", "alarm"]], order: [{ ...ORDER, state: "in_progress" }] });
    const world = fromSnapshot(snapshot());

    const stepwise = advance(advance(world, first)?.world ?? world, second);
    const skipped = advance(world, second);

    expect(stepwise?.world).toEqual(skipped?.world);
  });
});
