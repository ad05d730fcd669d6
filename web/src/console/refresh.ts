/** What a live change makes old: shown lists and pages are fetched again, but not more often than needed. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Page, WorkOrderItem } from "../shared/api/types";
import { live } from "../shared/live/store";
import type { Change, World } from "../shared/live/world";
import { LIST } from "./orderlist/api";

type OrderPages = InfiniteData<Page<WorkOrderItem>>;

/** The pages with the changed orders written in; the same object when nothing in them changed. */
export function patchPages(pages: OrderPages, world: World, ids: readonly string[]): OrderPages {
  const wanted = new Set(ids);
  let touched = false;
  const patched = pages.pages.map((page) => ({
    ...page,
    items: page.items.map((item) => {
      const order = wanted.has(item.id) ? world.orders.get(item.id) : undefined;
      if (!order) return item;
      touched = true;
      const { state, priority, due_at, summary } = order;
      return { ...item, state, priority, due_at, summary };
    }),
  }));
  return touched ? { ...pages, pages: patched } : pages;
}

/** Keep what the queries show in step with the live stream; returns the way to stop. */
export function followLive(queries: QueryClient): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const old = new Set<string>();

  const later = (...keys: string[]) => {
    for (const key of keys) old.add(key);
    timer ??= setTimeout(() => {
      timer = undefined;
      const keys = [...old];
      old.clear();
      for (const key of keys)
        void queries.invalidateQueries({ queryKey: key.startsWith("/") ? [key] : key.split("/") });
    }, 1200);
  };

  const stop = live.onChange((world: World, change: Change | null) => {
    if (change === null) {
      later("orders", "board", "devices");
      return;
    }
    if (change.orders.length > 0) {
      for (const [key, pages] of queries.getQueriesData<OrderPages>({ queryKey: ["orders"] })) {
        if (pages) queries.setQueryData(key, patchPages(pages, world, change.orders));
      }
      later("orders", "board", LIST);
      for (const id of change.orders) later(`order/${id}`, `plan/${id}`, `clocks/${id}`, "promises");
    }
    for (const id of change.devices) later(`device/${id}`, "devices");
    for (const id of change.cases) later(`case/${id}`, "cases");
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
