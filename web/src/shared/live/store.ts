/** The live world of this browser: one tab holds the stream, the others listen to it. */
import { useSyncExternalStore } from "react";
import { fetchWithSession, get } from "../api/client";
import type { Delta, Snapshot } from "../api/types";
import { follow, type ServerEvent } from "./sse";
import { advance, type Change, fromSnapshot, type World } from "./world";

export type LiveState = "connecting" | "live" | "stale" | "offline";

interface Status {
  connected: boolean;
  /** Milliseconds since the epoch of the last sign of life; 0 before the first. */
  beatAt: number;
}

type Message = { kind: "delta"; delta: Delta } | { kind: "beat" } | { kind: "down" } | { kind: "reset" };
export type ChangeListener = (world: World, change: Change | null) => void;

/** How the stream looks to a person, `now` in milliseconds. */
export function liveState(status: Status, now: number, online: boolean): LiveState {
  if (!online) return "offline";
  if (status.beatAt === 0) return "connecting";
  if (now - status.beatAt >= 20_000) return status.connected ? "stale" : "offline";
  return status.connected || now - status.beatAt < 3_000 ? "live" : "connecting";
}

export class LiveStore {
  private world: World | null = null;
  private status: Status = { connected: false, beatAt: 0 };
  private failed = false;
  private readonly listeners = new Set<() => void>();
  private readonly changes = new Set<ChangeListener>();
  private channel: BroadcastChannel | null = null;
  private loading: Promise<void> | null = null;
  private pending: Delta[] = [];
  private sentBeat = 0;
  private loadedAt = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly getWorld = (): World | null => this.world;
  readonly getStatus = (): Status => this.status;
  readonly getFailed = (): boolean => this.failed;

  /** Hear of each change outside React; a null change is a whole new world. */
  onChange(listener: ChangeListener): () => void {
    this.changes.add(listener);
    return () => this.changes.delete(listener);
  }

  /** Load the snapshot and follow the stream until the returned function is called. */
  start(scope: string): () => void {
    const control = new AbortController();
    this.channel =
      typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`fieldhand.live.${scope}`);
    if (this.channel) this.channel.onmessage = ({ data }: MessageEvent<Message>) => this.receive(data);
    void this.reload();
    const lead = () => this.lead(control.signal);
    if (navigator.locks) {
      navigator.locks
        .request(`fieldhand.live.${scope}`, { signal: control.signal }, lead)
        .catch(() => undefined);
    } else {
      void lead();
    }
    return () => {
      control.abort();
      this.channel?.close();
      this.channel = null;
      this.world = null;
      this.pending = [];
      this.status = { connected: false, beatAt: 0 };
    };
  }

  /** Fetch a new snapshot; deltas that arrive meanwhile are kept and applied on top. */
  reload(): Promise<void> {
    this.loading ??= get<Snapshot>("/api/v1/map/snapshot")
      .then((snapshot) => {
        this.failed = false;
        this.loadedAt = Date.now();
        this.world = fromSnapshot(snapshot);
        for (const listener of this.changes) listener(this.world, null);
        const waiting = this.pending;
        this.pending = [];
        this.loading = null;
        for (const delta of waiting) this.apply(delta);
      })
      .catch(() => {
        this.failed = this.world === null;
      })
      .finally(() => {
        this.loading = null;
        this.notify();
      });
    return this.loading;
  }

  private async lead(signal: AbortSignal): Promise<void> {
    while (this.world === null && !signal.aborted) {
      await this.reload();
      if (this.world === null) await new Promise((resolve) => setTimeout(resolve, 3000));
    }
    await follow({
      signal,
      lastId: () => (this.world ? this.world.seq : null),
      open: (lastId, cancel) => {
        const headers: Record<string, string> = { Accept: "text/event-stream" };
        if (lastId) headers["Last-Event-ID"] = lastId;
        return fetchWithSession("/api/v1/live", { headers, signal: cancel, cache: "no-store" });
      },
      onEvent: (event) => this.onServerEvent(event),
      onBeat: () => {
        this.beat();
        if (Date.now() - this.sentBeat > 1000) {
          this.sentBeat = Date.now();
          this.send({ kind: "beat" });
        }
      },
      onDown: () => {
        this.down();
        this.send({ kind: "down" });
      },
    });
  }

  private async onServerEvent({ event, data }: ServerEvent): Promise<void> {
    if (event === "delta") {
      const delta = JSON.parse(data) as Delta;
      this.send({ kind: "delta", delta });
      this.apply(delta);
    } else if (event === "reset") {
      this.send({ kind: "reset" });
      await this.reload();
    }
  }

  private receive(message: Message): void {
    if (message.kind === "delta") this.apply(message.delta);
    else if (message.kind === "reset") void this.reload();
    else if (message.kind === "down") this.down();
    if (message.kind !== "down") this.beat();
  }

  private apply(delta: Delta): void {
    if (this.loading || !this.world) {
      this.pending.push(delta);
      return;
    }
    const step = advance(this.world, delta);
    if (!step) return;
    this.world = step.world;
    for (const listener of this.changes) listener(step.world, step.change);
    this.notify();
    if (step.change.unknown && Date.now() - this.loadedAt > 60_000) void this.reload();
  }

  private beat(): void {
    this.status = { connected: true, beatAt: Date.now() };
    this.notify();
  }

  private down(): void {
    this.status = { ...this.status, connected: false };
    this.notify();
  }

  private send(message: Message): void {
    this.channel?.postMessage(message);
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}

/** The one store of the page. */
export const live = new LiveStore();

export function useWorld(): World | null {
  return useSyncExternalStore(live.subscribe, live.getWorld);
}

export function useLiveStatus(): Status {
  return useSyncExternalStore(live.subscribe, live.getStatus);
}

export function useLiveFailed(): boolean {
  return useSyncExternalStore(live.subscribe, live.getFailed);
}
