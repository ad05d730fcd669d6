import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { get } from "../../shared/api/client";
import type { Page, WorkOrderItem } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { useWorld } from "../../shared/live/store";
import { Empty, Failure, Loading, ui } from "../../shared/ui/parts";
import { isTyping } from "../keys";
import { select, useRoute } from "../route";
import css from "./queue.module.css";
import { Row } from "./Row";
import { sorted, TAB_STATES, TABS, type Tab, tabCounts } from "./tabs";

const ROW = 76;

function useOrders(tab: Tab, q: string) {
  return useInfiniteQuery({
    queryKey: ["orders", tab, q],
    queryFn: ({ pageParam, signal }) =>
      get<Page<WorkOrderItem>>(
        "/api/v1/work-orders",
        { state: TAB_STATES[tab], q, limit: 200, cursor: pageParam },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: (kept, before) => (before?.queryKey[1] === tab ? keepPreviousData(kept) : undefined),
  });
}

/** The chosen tab; until somebody chooses, the first one with work in it, as the first picture has it. */
function useFirstTab(): [Tab, (tab: Tab) => void] {
  const world = useWorld();
  const [tab, setTab] = useState<Tab | null>(null);
  useEffect(() => {
    if (!world) return;
    const counts = tabCounts(world);
    setTab((chosen) => chosen ?? TABS.find((one) => (counts[one] ?? 0) > 0) ?? "open");
  }, [world]);
  return [tab ?? "open", setTab];
}

function Tabs({ tab, onTab }: { tab: Tab; onTab: (tab: Tab) => void }) {
  const world = useWorld();
  const counts = useMemo(() => tabCounts(world), [world]);
  const onKey = (event: React.KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = TABS[TABS.indexOf(tab) + step];
    if (step === 0 || !next) return;
    onTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div className={css.tabs} role="tablist" aria-label={t("queue.states")} onKeyDown={onKey}>
      {TABS.map((one) => (
        <button
          key={one}
          id={`tab-${one}`}
          type="button"
          role="tab"
          aria-selected={one === tab}
          aria-controls="queue-list"
          tabIndex={one === tab ? 0 : -1}
          onClick={() => onTab(one)}
        >
          {t(`queue.tab.${one}`)}
          {counts[one] !== undefined && <span className={css.count}>{counts[one]}</span>}
        </button>
      ))}
    </div>
  );
}

/** The work orders to decide on, one tab per state; j, k and Enter walk it. */
export function Queue() {
  const { selection } = useRoute();
  const [tab, setTab] = useFirstTab();
  const [text, setText] = useState("");
  const [cursor, setCursor] = useState(0);
  const q = useDeferredValue(text.trim());
  const orders = useOrders(tab, q);
  const items = useMemo(
    () => sorted(orders.data?.pages.flatMap((page) => page.items) ?? [], tab),
    [orders.data, tab],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: 8,
  });
  const marked = Math.min(cursor, Math.max(items.length - 1, 0));
  const selectedId = selection?.kind === "orders" ? selection.id : null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another list starts at its top
  useEffect(() => setCursor(0), [tab, q]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      const inList = scroller.current === document.activeElement;
      const down = event.key === "j" || (inList && event.key === "ArrowDown");
      const up = event.key === "k" || (inList && event.key === "ArrowUp");
      const item = items[marked];
      if (down || up) {
        const next = Math.max(0, Math.min(items.length - 1, marked + (down ? 1 : -1)));
        setCursor(next);
        virtual.scrollToIndex(next);
        scroller.current?.focus({ preventScroll: true });
      } else if (event.key === "Enter" && item && (inList || document.activeElement === document.body)) {
        select("orders", item.id);
      } else {
        return;
      }
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [items, marked, virtual]);

  return (
    <section className={css.queue} id="queue" aria-label={t("queue.title")}>
      <div className={css.search}>
        <input
          id="queue-search"
          type="search"
          className={ui.input}
          aria-label={t("queue.search")}
          placeholder={t("queue.search")}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
      </div>
      <Tabs tab={tab} onTab={setTab} />
      {orders.isPending && <Loading />}
      {orders.isError && <Failure error={orders.error} retry={() => void orders.refetch()} />}
      {orders.isSuccess && items.length === 0 && (
        <Empty>{q ? t("queue.emptySearch", { q }) : t("queue.empty")}</Empty>
      )}
      <div
        ref={scroller}
        id="queue-list"
        className={css.list}
        role="listbox"
        tabIndex={0}
        aria-label={t(`queue.tab.${tab}`)}
        aria-activedescendant={items[marked] ? `queue-${items[marked].id}` : undefined}
        hidden={items.length === 0}
      >
        <div className={css.sheet} role="presentation" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const item = items[index];
            if (!item) return null;
            return (
              <Row
                key={item.id}
                item={item}
                top={start}
                position={index + 1}
                total={orders.hasNextPage ? -1 : items.length}
                marked={index === marked}
                selected={item.id === selectedId}
                onOpen={() => {
                  setCursor(index);
                  select("orders", item.id);
                }}
              />
            );
          })}
        </div>
      </div>
      {items.length > 0 && (
        <footer className={css.foot}>
          <span>{t("queue.count", { n: items.length })}</span>
          {orders.hasNextPage ? (
            <button
              type="button"
              className={`${ui.button} ${ui.quiet}`}
              disabled={orders.isFetchingNextPage}
              onClick={() => void orders.fetchNextPage()}
            >
              {orders.isFetchingNextPage ? t("app.loading") : t("app.more")}
            </button>
          ) : (
            <span>{t("queue.end")}</span>
          )}
        </footer>
      )}
    </section>
  );
}
