import { describe, expect, it } from "vitest";
import { backoff, EventParser, follow, type ServerEvent } from "../src/shared/live/sse";
import { liveState } from "../src/shared/live/store";

const WIRE = ': ping\n\nid: 7-a\nevent: delta\ndata: {"x":\ndata: 1}\n\nevent: expired\ndata:\n\n';

describe("the parser", () => {
  it("gives the same events however the text is cut", () => {
    const whole = new EventParser().push(WIRE);
    for (let cut = 1; cut < WIRE.length; cut += 1) {
      const parser = new EventParser();
      expect([...parser.push(WIRE.slice(0, cut)), ...parser.push(WIRE.slice(cut))]).toEqual(whole);
    }
    expect(whole).toEqual([
      { id: "7-a", event: "delta", data: '{"x":\n1}' },
      { id: "7-a", event: "expired", data: "" },
    ]);
  });

  it("reads every kind of line end", () => {
    expect(new EventParser().push("data: a\r\n\r\ndata: b\r\rdata: c\n\n").map(({ data }) => data)).toEqual([
      "a",
      "b",
      "c",
    ]);
  });
});

describe("the pause before another try", () => {
  it("doubles up to half a minute", () => {
    expect(backoff(0, () => 1)).toBe(500);
    expect(backoff(3, () => 1)).toBe(4000);
    expect(backoff(20, () => 1)).toBe(30_000);
    expect(backoff(20, () => 0)).toBe(15_000);
  });
});

/** Runs `follow` over prepared answers; the last one ends it. */
async function run(answers: (string | number | Error)[]) {
  const asked: (string | null)[] = [];
  const events: ServerEvent[] = [];
  const waits: number[] = [];
  let last: string | null = "1-a";
  const control = new AbortController();
  await follow({
    signal: control.signal,
    lastId: () => last,
    open: async (lastId) => {
      asked.push(lastId);
      const answer = answers.shift();
      if (answers.length === 0) control.abort();
      if (answer instanceof Error) throw answer;
      if (typeof answer === "number") return new Response(null, { status: answer });
      return new Response(answer);
    },
    onEvent: (event) => {
      events.push(event);
      if (event.event === "delta") last = event.id;
    },
    onBeat: () => undefined,
    onDown: () => undefined,
    wait: async (milliseconds) => {
      waits.push(milliseconds);
    },
    random: () => 1,
  });
  return { asked, events, waits };
}

describe("following the stream", () => {
  it("resumes behind the last event after a cut", async () => {
    const { asked, events } = await run(["id: 5-b\nevent: delta\ndata: {}\n\n", "", ""]);

    expect(asked).toEqual(["1-a", "5-b", "5-b"]);
    expect(events).toHaveLength(1);
  });

  it("waits longer after each failure and starts over after a success", async () => {
    const { waits } = await run([new Error("down"), 503, "", new Error("down"), ""]);

    expect(waits).toEqual([500, 1000, 500, 1000]);
  });

  it("goes on at once when the token has ended", async () => {
    const { waits, asked } = await run(["event: expired\ndata: {}\n\n", ""]);

    expect(waits).toEqual([]);
    expect(asked).toHaveLength(2);
  });

  it("hands over a reset", async () => {
    const { events } = await run(["id: 9-a\nevent: reset\ndata: {}\n\n", ""]);

    expect(events.map(({ event }) => event)).toEqual(["reset"]);
  });
});

describe("the live badge", () => {
  const now = 1_000_000;
  it.each([
    [{ connected: true, beatAt: now - 1000 }, true, "live"],
    [{ connected: true, beatAt: now - 20_000 }, true, "stale"],
    [{ connected: false, beatAt: now - 5000 }, true, "connecting"],
    [{ connected: false, beatAt: now - 25_000 }, true, "offline"],
    [{ connected: false, beatAt: 0 }, true, "connecting"],
    [{ connected: true, beatAt: now }, false, "offline"],
  ] as const)("of %o, online %s, is %s", (status, online, state) => {
    expect(liveState(status, now, online)).toBe(state);
  });
});
