/** One drawing per kind and state, for the map and for lists: outline tells the kind, glyph and colour the state. */
import type { Health, OrderState, TechState } from "../api/types";

export type Kind = "order" | "tech" | "device";

export interface Mark {
  /** Filled outline in a 24 x 24 box. */
  outline: string;
  /** Stroked over the outline, 2 wide. */
  glyph: string;
  /** Name of the colour token. */
  colour: string;
  /** Drawn as a line only: present, but not asking for anything. */
  hollow?: boolean;
}

const SQUARE = "M6 3h12a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3z";
const CIRCLE = "M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 1 1 0-19z";
const HEXAGON = "M12 3.5l7.4 4.25v8.5L12 20.5l-7.4-4.25v-8.5z";

const EXCLAIM = "M12 7v6M12 16.4v.2";
const BOX = "M7.5 9.5L12 7l4.5 2.5v5.5L12 17.5l-4.5-2.5zM7.5 9.5L12 12l4.5-2.5M12 12v5.5";
const CLOCK = "M12 7.5V12l3 2";
const PLAY = "M10 8.2v7.6l5.5-3.8z";
const CHECK = "M7.8 12.3l2.9 2.9l5.6-6.2";
const CROSS = "M8.5 8.5l7 7M15.5 8.5l-7 7";
const DASH = "M8 12h8";
const DOT = "M12 9.6a2.4 2.4 0 1 1 0 4.8a2.4 2.4 0 1 1 0-4.8z";
const ARROW = "M8 12h8M12.8 8.5L16.3 12l-3.5 3.5";
const PIN = "M8.5 16v-5L12 8l3.5 3v5z";
const TOOL = "M8 16l5-5M12 8.5a2.8 2.8 0 0 1 3.8 3.5M14 11.5l2.6-2.6";
const QUESTION = "M10 9.8a2.1 2.1 0 1 1 2.9 2c-.7.3-.9.8-.9 1.5M12 16.2v.2";

const ORDER: Record<OrderState, [glyph: string, colour: string]> = {
  draft: [DOT, "closed"],
  pending_approval: [QUESTION, "closed"],
  open: [EXCLAIM, "open"],
  waiting_parts: [BOX, "waiting"],
  scheduled: [CLOCK, "scheduled"],
  in_progress: [PLAY, "progress"],
  completed: [CHECK, "done"],
  verified: [CHECK, "done"],
  closed: [CHECK, "closed"],
  cancelled: [CROSS, "closed"],
};

const TECH: Record<TechState, [glyph: string, colour: string]> = {
  off: [DASH, "closed"],
  idle: [DOT, "done"],
  travelling: [ARROW, "scheduled"],
  on_site: [PIN, "waiting"],
  working: [TOOL, "progress"],
};

const DEVICE: Record<Health, [glyph: string, colour: string]> = {
  ok: [CHECK, "done"],
  alarm: [EXCLAIM, "alarm"],
  silent: [CROSS, "closed"],
  unknown: [QUESTION, "closed"],
};

export const STATES: Record<Kind, readonly string[]> = {
  order: ["open", "waiting_parts", "scheduled", "in_progress", "completed"],
  tech: Object.keys(TECH),
  device: Object.keys(DEVICE),
};

/** The drawing of `state`; a state this version does not know looks like an unknown one. */
export function markOf(kind: Kind, state: string): Mark {
  if (kind === "order") {
    const [glyph, colour] = ORDER[state as OrderState] ?? ORDER.draft;
    return { outline: SQUARE, glyph, colour };
  }
  if (kind === "tech") {
    const [glyph, colour] = TECH[state as TechState] ?? TECH.off;
    return { outline: CIRCLE, glyph, colour, hollow: state === "off" };
  }
  const [glyph, colour] = DEVICE[state as Health] ?? DEVICE.unknown;
  return { outline: HEXAGON, glyph, colour, hollow: state !== "alarm" };
}

/** The name of the image of a state. */
export function iconName(kind: Kind, state: string, urgent = false): string {
  return `${kind}:${state}${urgent ? ":urgent" : ""}`;
}
