import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { align, withGaps, withLimits } from "../src/console/charts/align";
import { penalty, qrCode, qrPath } from "../src/console/claims/qr";
import { compare, mergePatch, readFlat, readObject, same } from "../src/console/devices/documents";
import { standing } from "../src/console/devices/Muting";
import { base64, readWaves, reasonText, sha256 } from "../src/console/firmware/useFirmware";
import { reached } from "../src/console/limits/Preview";
import { isOverruled, linesOf } from "../src/console/limits/useLimits";
import { format, parse, type Route } from "../src/console/route";
import type { Document, Limit } from "../src/shared/api/fleet";
import { fromField, setTimeZone, span, toField } from "../src/shared/time";

/** RFC 7396 as its section 2 has it. */
function apply(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const made: Document = typeof target === "object" && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete made[name];
    else made[name] = apply(made[name], value);
  }
  return made;
}

describe("a merge patch", () => {
  const documents: Document[] = [
    {},
    { a: 1 },
    { a: { b: 1, c: [1, 2] } },
    { a: { b: 2 } },
    { a: [1] },
    { a: "x", d: { e: { f: true } } },
    { d: { e: {} } },
    { __proto__x: 1, toString: 2 },
  ];

  it("makes the one document of the other, and is empty only between equal ones", () => {
    for (const before of documents) {
      for (const after of documents) {
        const patch = mergePatch(before, after);
        expect(apply(before, patch)).toEqual(after);
        expect(Object.keys(patch).length === 0).toBe(same(before, after));
      }
    }
  });

  it("names what changes and nothing else", () => {
    expect(mergePatch({ a: { b: 1, c: 2 }, d: 3 }, { a: { b: 1, c: 5 } })).toEqual({ a: { c: 5 }, d: null });
  });
});

describe("two documents", () => {
  it("are compared value by value", () => {
    const lines = compare({ a: { b: 1, c: [1] }, d: {} }, { a: { b: 1, c: [2] }, e: "x" });
    expect(lines.map(({ path, standing }) => [path, standing])).toEqual([
      ["a.b", "same"],
      ["a.c", "differs"],
      ["d", "missing"],
      ["e", "extra"],
    ]);
    expect(compare({}, {})).toEqual([]);
  });

  it("are read as objects, those of a command without anything nested", () => {
    expect(readObject(" ").value).toEqual({});
    expect(readObject("[1]").fault).toBeTruthy();
    expect(readObject("{").fault).toBeTruthy();
    expect(readFlat('{"a":null,"b":1}').value).toEqual({ a: null, b: 1 });
    expect(readFlat('{"a":{}}').fault).toContain("a");
  });
});

describe("a QR code", () => {
  const text =
    "fieldhand:claim?u=https://fieldhand.example.org&t=fhc_Zk0V3f2nq8mJr1xwTqk0b6y8v1uYc4hD2sLq9eXn5oA";

  it("is the one that another encoder makes with the same mask", () => {
    const rows = qrCode(text)?.map((row) => row.map((dark) => (dark ? "1" : "0")).join("")) ?? [];
    expect(rows).toHaveLength(41);
    expect(createHash("sha256").update(rows.join("\n")).digest("hex")).toBe(
      "2df8ee56d80cede2b87742f5dccf5d4781f25dab9be273df55b1582b8b2c05ac",
    );
  });

  it("grows with the text up to version 20", () => {
    expect([14, 15, 213, 214, 666].map((n) => qrCode("x".repeat(n))?.length)).toEqual([21, 25, 57, 61, 97]);
    expect(qrCode("x".repeat(667))).toBeNull();
  });

  it("is drawn module by module", () => {
    expect(
      qrPath([
        [true, false],
        [false, true],
      ]),
    ).toBe("M0 0h1v1h-1zM1 1h1v1h-1z");
    expect(
      penalty([
        [true, true],
        [true, true],
      ]),
    ).toBe(3 + 10 * 10);
  });
});

describe("waves of a campaign", () => {
  it("are rising shares up to 100", () => {
    expect(readWaves("5, 25,100")).toEqual([5, 25, 100]);
    expect(readWaves("10% 50% 100%")).toEqual([10, 50, 100]);
    expect(["", "5, 25", "25, 5, 100", "0, 100", "5, 5, 100", "x, 100", "5.5, 100"].map(readWaves)).toEqual(
      Array(7).fill(null),
    );
  });

  it("tell why a device stands as it does", () => {
    expect(reasonText("went back to 1.9.2")).toBe("It went back to 1.9.2");
    expect(reasonText("did not answer")).toBe("It did not answer");
    expect(reasonText("flash is worn out, sector 7")).toBe("flash is worn out, sector 7");
  });
});

describe("an image", () => {
  it("is hashed and carried byte by byte", async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => (at * 7) % 256);
    expect(Buffer.from(base64(bytes), "base64").equals(bytes)).toBe(true);
    expect(await sha256(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
  });
});

describe("a chart", () => {
  it("has the envelope on the axis of the means", () => {
    const columns = align({
      points: [[1000, 5]],
      envelope: [[1000, 4, 9]],
      band: [[2000, 1, 2]],
      alarms: [],
    });
    expect(columns).toEqual([
      [1, 2],
      [4, undefined],
      [9, undefined],
      [5, undefined],
      [null, 1],
      [null, 2],
      [null, null],
    ]);
  });

  it("breaks where steps have no samples, the area with the line", () => {
    const points = withGaps(
      [
        [0, 1],
        [60_000, 2],
        [240_000, 3],
      ],
      60,
    );
    expect(points).toEqual([
      [0, 1],
      [60_000, 2],
      [120_000, null],
      [240_000, 3],
    ]);
    expect(align({ points, envelope: [[60_000, 1, 3]], band: [], alarms: [] })[1]?.[2]).toBeNull();
    expect(
      withGaps(
        [
          [0, 1],
          [240_000, 3],
        ],
        null,
      ),
    ).toHaveLength(2);
  });

  it("reaches to a limit that is near, and stays as it is for one far off", () => {
    expect(withLimits(10, 20, [25])).toEqual([10, 25]);
    expect(withLimits(10, 20, [-25, 900])).toEqual([-25, 20]);
    expect(withLimits(5, 5, [])).toEqual([5, 5]);
  });

  it("tells spikes that means hide", () => {
    expect(reached({ points: [[1, 5]], envelope: [[1, 2, 90]] })).toEqual([2, 90]);
    expect(
      reached({
        points: [
          [1, 5],
          [2, null],
          [3, 7],
        ],
        envelope: null,
      }),
    ).toEqual([5, 7]);
    expect(reached({ points: [], envelope: null })).toBeNull();
  });
});

describe("limits of a device", () => {
  const of = (more: Partial<Limit>) =>
    ({ device_id: null, metric: "m", kind: "above", value: 1, enabled: true, ...more }) as Limit;

  it("stand in the place of the model's, switched off as well", () => {
    const model = of({ value: 9 });
    const own = of({ device_id: "d", enabled: false });
    expect(isOverruled(model, [model, own])).toBe(true);
    expect(isOverruled(own, [model, own])).toBe(false);
    expect(linesOf([model, own], "m")).toEqual([]);
    expect(linesOf([model, of({ device_id: "d", kind: "below", value: 2 })], "m")).toEqual([9, 2]);
  });

  it("have a line unless they are of a rate or of another metric", () => {
    expect(
      linesOf([of({ kind: "rate_up" }), of({ metric: "n" }), of({ kind: "forecast", value: 4 })], "m"),
    ).toEqual([4]);
  });
});

describe("a mute window", () => {
  it("stands by its ends", () => {
    const at = (ms: number) => new Date(ms).toISOString();
    expect(standing({ since: null, until: null }, 5)).toBe("off");
    expect(standing({ since: at(1), until: null }, 5)).toBe("now");
    expect(standing({ since: at(1), until: at(5) }, 5)).toBe("past");
    expect(standing({ since: at(9), until: at(12) }, 5)).toBe("planned");
  });
});

describe("times of a form", () => {
  it("are those of the tenant's zone, also around a change of the clocks", () => {
    for (const zone of ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "UTC"]) {
      setTimeZone(zone);
      for (const iso of [
        "2026-03-29T00:30:00.000Z",
        "2026-10-25T02:30:00.000Z",
        "2026-11-22T06:05:00.000Z",
      ]) {
        expect(fromField(toField(iso))).toBe(iso);
      }
    }
    setTimeZone("UTC");
    expect(fromField("")).toBeNull();
  });

  it("are told in the largest unit", () => {
    expect([0, 90, 600, 3600, 86_400, 9000].map(span)).toEqual([
      "0 s",
      "90 s",
      "10 min",
      "1 h",
      "1 d",
      "150 min",
    ]);
  });
});

describe("the address of a device's part", () => {
  it.each<Route>([
    { selection: { kind: "devices", id: "a/b", part: "commands" }, view: "devices", wide: true },
    { selection: { kind: "campaigns", id: "c" }, view: "firmware", wide: false },
    { selection: null, view: "limits", wide: false },
  ])("reads back %o", (route) => {
    const [path = "", search = ""] = format(route).split("?");
    expect(parse(path, search)).toEqual(route);
  });
});
