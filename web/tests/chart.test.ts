import { describe, expect, it } from "vitest";
import { align } from "../src/console/charts/align";

describe("align", () => {
  it("passes over instants that only the band has, and keeps true gaps", () => {
    const [times, observed, low] = align({
      points: [
        [1000, 5],
        [3000, null],
        [5000, 7],
      ],
      band: [[2000, 4, 6]],
      alarms: [5000],
    });

    expect(times).toEqual([1, 2, 3, 5]);
    expect(observed).toEqual([5, undefined, null, 7]);
    expect(low).toEqual([null, 4, null, null]);
  });
});
