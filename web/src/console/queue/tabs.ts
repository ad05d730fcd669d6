/** The queue's tabs: the states each one holds. */
import type { OrderState, WorkOrderItem } from "../../shared/api/types";
import type { World } from "../../shared/live/world";

export const TABS = ["open", "waiting", "scheduled", "progress", "done", "closed"] as const;
export type Tab = (typeof TABS)[number];

export const TAB_STATES: Record<Tab, readonly OrderState[]> = {
  open: ["open", "pending_approval", "draft"],
  waiting: ["waiting_parts"],
  scheduled: ["scheduled"],
  progress: ["in_progress"],
  done: ["completed", "verified"],
  closed: ["closed", "cancelled"],
};

/** How many orders of the live world each tab has; none for closed ones, which leave the map. */
export function tabCounts(world: World | null): Partial<Record<Tab, number>> {
  if (!world) return {};
  const byState = new Map<OrderState, number>();
  for (const { state } of world.orders.values()) byState.set(state, (byState.get(state) ?? 0) + 1);
  const counts: Partial<Record<Tab, number>> = {};
  for (const tab of TABS) {
    if (tab === "closed") continue;
    counts[tab] = TAB_STATES[tab].reduce((sum, state) => sum + (byState.get(state) ?? 0), 0);
  }
  return counts;
}

/** What presses most comes first; finished orders stay in the server's order, the newest first. */
export function sorted(items: readonly WorkOrderItem[], tab: Tab): WorkOrderItem[] {
  if (tab === "done" || tab === "closed") return [...items];
  const due = ({ due_at }: WorkOrderItem) => (due_at ? Date.parse(due_at) : Number.POSITIVE_INFINITY);
  return items.toSorted(
    (a, b) => a.priority - b.priority || due(a) - due(b) || a.number.localeCompare(b.number),
  );
}
