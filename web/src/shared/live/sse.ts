/** Server-sent events over `fetch`, which unlike EventSource shows pings and status and can name the last id. */

export interface ServerEvent {
  id: string | null;
  event: string;
  data: string;
}

/** Feeds on text in any pieces; gives the events completed so far. */
export class EventParser {
  private rest = "";
  private id: string | null = null;
  private event = "message";
  private data: string[] = [];

  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    for (const line of lines) {
      const done = this.line(line);
      if (done) events.push(done);
    }
    return events;
  }

  private line(line: string): ServerEvent | null {
    if (line === "") return this.dispatch();
    if (line.startsWith(":")) return null;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "id") this.id = value;
    else if (field === "event") this.event = value;
    else if (field === "data") this.data.push(value);
    return null;
  }

  private dispatch(): ServerEvent | null {
    const complete = this.data.length > 0 || this.event !== "message";
    const event = { id: this.id, event: this.event, data: this.data.join("\n") };
    this.event = "message";
    this.data = [];
    return complete ? event : null;
  }
}

export interface StreamOptions {
  /** Opens the stream after the event `lastId`; renews the session by itself. */
  open: (lastId: string | null, signal: AbortSignal) => Promise<Response>;
  lastId: () => string | null;
  onEvent: (event: ServerEvent) => void | Promise<void>;
  /** Bytes arrived, be it only a ping. */
  onBeat: () => void;
  onDown: () => void;
  signal: AbortSignal;
  wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  random?: () => number;
  /** A stream silent for longer is given up and opened anew. */
  silenceMs?: number;
}

/** Exponential with jitter, at most 30 s. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return Math.min(30_000, 500 * 2 ** attempt) * (0.5 + random() / 2);
}

/** Sleep, but not past the end of `signal`. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function readStream(
  answer: Response,
  options: StreamOptions,
  cancel: AbortController,
): Promise<boolean> {
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const reader = answer.body?.getReader();
  if (!reader) return false;
  let silence: ReturnType<typeof setTimeout> | undefined;
  const arm = () => {
    clearTimeout(silence);
    silence = setTimeout(() => cancel.abort(), options.silenceMs ?? 45_000);
  };
  try {
    for (;;) {
      arm();
      const { done, value } = await reader.read();
      if (done) return false;
      options.onBeat();
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        if (event.event === "expired") return true;
        await options.onEvent(event);
      }
    }
  } finally {
    clearTimeout(silence);
    cancel.abort();
  }
}

/** Keep a stream open until `signal` ends, resuming after the last event seen. */
export async function follow(options: StreamOptions): Promise<void> {
  const { signal } = options;
  const wait = options.wait ?? sleep;
  let attempt = 0;
  while (!signal.aborted) {
    const cancel = new AbortController();
    const stop = () => cancel.abort();
    signal.addEventListener("abort", stop);
    let resumeAtOnce = false;
    try {
      const answer = await options.open(options.lastId(), cancel.signal);
      if (answer.ok) {
        attempt = 0;
        options.onBeat();
        resumeAtOnce = await readStream(answer, options, cancel);
      }
    } catch {
      // A dropped connection is the normal case here: it is waited out below.
    } finally {
      signal.removeEventListener("abort", stop);
    }
    if (signal.aborted) return;
    options.onDown();
    if (!resumeAtOnce) await wait(backoff(attempt++, options.random), signal);
  }
}
