import { describe, expect, it } from "vitest";
import { hoursOf, isLate, place, shortNumber, spanOf } from "../src/console/board/layout";
import { align, reach } from "../src/console/charts/align";
import { difference } from "../src/console/map/difference";
import { argsOf } from "../src/console/playbooks/args";
import { sorted, TAB_STATES, tabCounts } from "../src/console/queue/tabs";
import { patchPages } from "../src/console/refresh";
import { format, parse, type Route } from "../src/console/route";
import { withQuery } from "../src/shared/api/client";
import type { WorkOrderItem } from "../src/shared/api/types";
import type { World } from "../src/shared/live/world";

const ORDER = {
  number: "WO-1",
  lon: 1,
  lat: 2,
  state: "open",
  priority: 2,
  due_at: null,
  summary: "Pump",
} as const;

function world(...ids: string[]): World {
  const orders = new Map(ids.map((id) => [id, { id, ...ORDER }]));
  return { seq: "1-a", ts: "", techs: new Map(), orders, devices: new Map() };
}

describe("the address", () => {
  it.each<Route>([
    { selection: null, view: "map", wide: false },
    { selection: { kind: "orders", id: "a b/c" }, view: "board", wide: true },
    { selection: { kind: "technicians", id: "x" }, view: "map", wide: false },
    { selection: null, view: "policy", wide: false },
    { selection: null, view: "cases", wide: false, filter: { state: "open", days: "30" } },
    { selection: { kind: "cases", id: "x" }, view: "cases", wide: true, filter: { model: "pump" } },
    { selection: { kind: "playbooks", id: "x" }, view: "map", wide: false },
    { selection: { kind: "devices", id: "x", part: "limits" }, view: "claims", wide: false },
    { selection: null, view: "backlog", wide: false, filter: { q: "a&b=c" } },
  ])("reads back %o", (route) => {
    const [path = "", search = ""] = format(route).split("?");
    expect(parse(path, search)).toEqual(route);
  });

  it("forgives what it does not know", () => {
    expect(parse("/", "")).toEqual({ selection: null, view: "map", wide: false });
    expect(parse("/console/nonsense/1", "view=x&wide=1")).toEqual({
      selection: null,
      view: "map",
      wide: false,
    });
    expect(parse("/console/orders/%E0%A4%A", "").selection?.id).toBe("%E0%A4%A");
  });
});

describe("the arguments of a command", () => {
  it("are an object of plain values, or refused", () => {
    expect(argsOf("")).toEqual({});
    expect(argsOf('{"seconds": 60, "fast": true, "why": null}')).toEqual({
      seconds: 60,
      fast: true,
      why: null,
    });
    for (const text of ["[1]", "1", "null", "{", '{"a": {"b": 1}}']) expect(argsOf(text)).toBeNull();
  });
});

describe("the query of a request", () => {
  it("repeats lists and leaves out what is empty", () => {
    expect(withQuery("/x", { state: ["a", "b"], q: "", cursor: null, limit: 5 })).toBe(
      "/x?state=a&state=b&limit=5",
    );
    expect(withQuery("/x", {})).toBe("/x");
  });
});

describe("what the map is told", () => {
  it("adds, updates and removes by what the source holds", () => {
    const holds = new Set(["o1", "o2"]);

    const { add, update, remove } = difference(world("o1", "o3"), "order", ["o1", "o2", "o3", "o4"], holds);

    expect(add?.map((one) => one.properties?.id)).toEqual(["o3"]);
    expect(update?.map((one) => one.id)).toEqual(["o1"]);
    expect(remove).toEqual(["o2"]);
    expect([...holds].sort()).toEqual(["o1", "o3"]);
  });
});

describe("the queue", () => {
  it("has every state in one tab only", () => {
    const states = Object.values(TAB_STATES).flat();
    expect(new Set(states).size).toBe(states.length);
    expect(states).toHaveLength(10);
  });

  it("counts what the live world holds", () => {
    expect(tabCounts(world("a", "b"))).toMatchObject({ open: 2, scheduled: 0 });
    expect(tabCounts(null)).toEqual({});
  });

  it("puts what presses most first", () => {
    const one = (number: string, priority: number, due_at: string | null) =>
      ({ number, priority, due_at }) as WorkOrderItem;
    const items = [one("c", 2, null), one("b", 2, "2026-11-22T08:00:00Z"), one("a", 1, null)];

    expect(sorted(items, "open").map((item) => item.number)).toEqual(["a", "b", "c"]);
    expect(sorted(items, "closed")).toEqual(items);
  });

  it("writes a live change into the loaded pages and leaves others alone", () => {
    const item = { id: "o1", state: "scheduled", customer_name: "Kept" } as WorkOrderItem;
    const pages = { pages: [{ items: [item], next_cursor: null }], pageParams: [null] };

    const patched = patchPages(pages, world("o1"), ["o1"]);

    expect(patched.pages[0]?.items[0]).toMatchObject({
      state: "open",
      customer_name: "Kept",
      summary: "Pump",
    });
    expect(patchPages(pages, world("o2"), ["o2"])).toBe(pages);
  });
});

describe("the schedule", () => {
  const bar = {
    start: "2026-11-22T00:30:00Z",
    end: "2026-11-22T02:10:00Z",
    sla_due_at: "2026-11-22T02:00:00Z",
  };
  const row = { technician: { id: "t", name: "T", skills: [] }, shift: null, bars: [bar as never] };

  it("spans whole hours around the bars", () => {
    const span = spanOf([row], 0);
    expect(new Date(span.from).toISOString()).toBe("2026-11-22T00:00:00.000Z");
    expect(new Date(span.to).toISOString()).toBe("2026-11-22T03:00:00.000Z");
    expect(hoursOf(span)).toHaveLength(4);
    expect(hoursOf({ from: 0, to: 48 * 3_600_000 }).length).toBeLessThanOrEqual(17);
  });

  it("cuts a bar at the edges", () => {
    expect(place({ from: 0, to: 100 }, -50, 50)).toEqual({ left: 0, width: 50 });
    expect(place({ from: 0, to: 100 }, 90, 500)).toEqual({ left: 90, width: 10 });
  });

  it("are named by the last figures of the order", () => {
    expect(["WO-2026-00042", "7", "000"].map(shortNumber)).toEqual(["42", "7", "0"]);
  });

  it("tells a visit that ends after its due time", () => {
    expect(isLate(bar)).toBe(true);
    expect(isLate({ ...bar, sla_due_at: null })).toBe(false);
  });
});

describe("a chart", () => {
  it("reaches ahead to what is expected, but not so far that the past is squeezed", () => {
    expect(reach([0, 100], undefined)).toBe(100);
    expect(reach([0, 100], 130_000)).toBe(130);
    expect(reach([0, 100], 900_000)).toBe(160);
    expect(reach([0, 100], 50_000)).toBe(100);
    expect(reach([], undefined)).toBe(0);
  });

  it("puts points, band and alarms on one time axis", () => {
    const [times, , , observed, low, high, alarms] = align({
      points: [
        [1000, 5],
        [3000, null],
      ],
      band: [[2000, 1, 9]],
      alarms: [2500],
    });

    expect(times).toEqual([1, 2, 2.5, 3]);
    expect(observed).toEqual([5, undefined, undefined, null]);
    expect([low, high]).toEqual([
      [null, 1, null, null],
      [null, 9, null, null],
    ]);
    expect(alarms).toEqual([null, null, 5, null]);
  });
});
