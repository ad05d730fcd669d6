import { beforeEach, describe, expect, it, vi } from "vitest";
import { standing } from "../src/console/orders/standing";
import type { SlaClock } from "../src/shared/api/types";
import { setLang } from "../src/shared/i18n";
import {
  addDays,
  ago,
  clock,
  countdown,
  dayOf,
  duration,
  moment,
  quantity,
  setTimeZone,
  urgency,
} from "../src/shared/time";

const NOW = Date.parse("2026-11-22T17:30:00Z");
const MINUTE = 60_000;

beforeEach(() => {
  vi.stubGlobal("localStorage", { setItem: () => undefined, getItem: () => null });
  setLang("en");
  setTimeZone("Asia/Shanghai");
});

describe("how long ago", () => {
  it("is just now within ten seconds, also for a clock that runs ahead", () => {
    expect(ago(NOW - 9_000, NOW)).toBe("just now");
    expect(ago(NOW + 5_000, NOW)).toBe("just now");
    expect(ago(new Date(NOW - 12 * MINUTE), NOW)).toBe("12 min ago");
  });
});

describe("clock times", () => {
  it("are those of the tenant, not of the browser", () => {
    expect(clock("2026-11-22T17:05:00Z")).toBe("01:05");
    expect(dayOf("2026-11-22T17:05:00Z")).toBe("2026-11-23");
  });

  it("name the day only when it is another one", () => {
    expect(moment("2026-11-22T18:00:00Z", NOW)).toBe("02:00");
    expect(moment("2026-11-22T12:00:00Z", NOW)).toMatch(/22 Nov.*20:00/);
    expect(moment("2025-11-22T12:00:00Z", NOW)).toMatch(/2025/);
  });

  it("survive a time zone that the browser does not know", () => {
    setTimeZone("Mars/Olympus");
    expect(clock("2026-11-22T17:05:00Z")).toBe("17:05");
  });

  it("step over the end of a month", () => {
    expect(addDays("2026-11-30", 1)).toBe("2026-12-01");
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
  });
});

describe("lengths of time", () => {
  it.each([
    [30_000, "30 s"],
    [59 * MINUTE, "59 min"],
    [60 * MINUTE, "1 h 0 min"],
    [47 * 60 * MINUTE, "47 h 0 min"],
    [49 * 60 * MINUTE, "2 d 1 h"],
  ])("of %d ms read %s", (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });

  it("are told in Chinese too", () => {
    setLang("zh");
    expect(countdown(new Date(NOW + 80 * MINUTE).toISOString(), NOW)).toBe("剩余 1 小时 20 分");
  });
});

describe("due times", () => {
  it("go from calm over soon to late", () => {
    const at = (minutes: number) => new Date(NOW + minutes * MINUTE).toISOString();
    expect([null, at(121), at(119), at(-1)].map((due) => urgency(due, NOW))).toEqual([
      "none",
      "calm",
      "soon",
      "late",
    ]);
    expect(countdown(at(-15), NOW)).toBe("15 min late");
    expect(countdown(null, NOW)).toBe("No due time");
  });
});

function aClock(more: Partial<SlaClock>): SlaClock {
  return {
    clock: "restore",
    target_minutes: 100,
    started_at: new Date(NOW - 50 * MINUTE).toISOString(),
    due_at: new Date(NOW + 50 * MINUTE).toISOString(),
    met_at: null,
    breached_at: null,
    paused: false,
    ...more,
  };
}

describe("service level clocks", () => {
  it("show how much of the time is used", () => {
    expect(standing(aClock({}), NOW)).toEqual({ text: "50 min left", look: "soon", used: 0.5 });
  });

  it("stop when met, and count as breached when met too late", () => {
    const early = new Date(NOW - 25 * MINUTE).toISOString();
    const late = new Date(NOW + 60 * MINUTE).toISOString();
    expect(standing(aClock({ met_at: early }), NOW)).toEqual({ text: "Met", look: "good", used: 0.25 });
    expect(standing(aClock({ met_at: late }), NOW).look).toBe("bad");
  });

  it("say how late they are while running, and that they are paused", () => {
    const over = { due_at: new Date(NOW - 5 * MINUTE).toISOString() };
    expect(standing(aClock({ ...over, breached_at: over.due_at }), NOW)).toMatchObject({
      text: "5 min late",
      used: 1,
    });
    expect(standing(aClock({ paused: true }), NOW)).toMatchObject({ text: "Paused", look: "calm" });
  });
});

describe("quantities", () => {
  it("lose their trailing zeros", () => {
    expect(quantity("1.0000")).toBe("1");
    expect(quantity("2.5000")).toBe("2.5");
    expect(quantity("unknown")).toBe("unknown");
  });
});
