import { describe, expect, it } from "vitest";
import { bytes, columns, hexLines, outcome, short } from "../src/console/fleet/figures";
import { format, parse } from "../src/console/route";
import type { DeadLetter } from "../src/shared/api/types";

describe("figures of the fleet", () => {
  it("are short enough for a tile", () => {
    expect([0, 41.34, 9999, 12_345, 3_400_000, 2e9].map(short)).toEqual([
      "0",
      "41.3",
      "9,999",
      "12.3k",
      "3.4M",
      "2G",
    ]);
    expect([512, 1536, 3 * 1024 ** 3].map(bytes)).toEqual(["512 B", "1.5 KiB", "3 GiB"]);
  });

  it("are drawn as columns, gaps for what is nothing or unknown", () => {
    expect(columns([0, null, 5, 10]).map(({ x, height }) => [x, height])).toEqual([
      [50, 0.5],
      [75, 1],
    ]);
    expect(columns([])).toEqual([]);
    expect(columns([1, 1_000_000])[0]?.height).toBe(0.03);
  });
});

describe("a replayed letter", () => {
  const letter = { state: "open", stored_count: null, outcome_reason: null } as DeadLetter;

  it("tells what became of it", () => {
    expect(outcome(letter)).toBe("");
    expect(outcome({ ...letter, state: "stored", stored_count: 3 })).toBe("Records stored: 3");
    expect(outcome({ ...letter, state: "refused", outcome_reason: "malformed" })).toBe(
      "Still refused: Malformed",
    );
    expect(
      outcome({ ...letter, state: "refused", stored_count: 2, outcome_reason: "outside-policy" }),
    ).toContain("2 stored, the rest refused");
  });

  it("is shown in lines of sixteen bytes", () => {
    expect(hexLines("00".repeat(17)).split("\n")).toEqual([Array(16).fill("00").join(" "), "00"]);
    expect(hexLines("")).toBe("");
  });
});

describe("the address of the fleet page", () => {
  it.each(["devices", "letters", "broker", "precision", "backlog"] as const)("reads back %s", (view) => {
    const route = { selection: null, view, wide: false };
    const [path = "", search = ""] = format(route).split("?");
    expect(path).toBe("/console/fleet");
    expect(parse(path, search)).toEqual(route);
  });

  it("keeps the view beside a device", () => {
    expect(format({ selection: { kind: "devices", id: "x" }, view: "letters", wide: false })).toBe(
      "/console/devices/x?view=letters",
    );
  });
});
