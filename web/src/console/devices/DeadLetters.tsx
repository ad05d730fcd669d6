import { useInfiniteQuery } from "@tanstack/react-query";
import { get } from "../../shared/api/client";
import type { DeadLetter, Page } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Empty, Failure, Loading, ui } from "../../shared/ui/parts";
import css from "../lists.module.css";
import { VirtualTable } from "../VirtualTable";

/** Telemetry the gateway refused, newest first. */
export function DeadLetters() {
  const query = useInfiniteQuery({
    queryKey: ["letters"],
    queryFn: ({ pageParam, signal }) =>
      get<Page<DeadLetter>>("/api/v1/telemetry/dead-letters", { limit: 100, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: 30_000,
  });
  const letters = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={css.page}>
      <header className={css.bar}>
        <h2>{t("letters.title")}</h2>
        <p className={ui.soft}>{t("letters.lead")}</p>
        {query.hasNextPage && (
          <button
            type="button"
            className={ui.button}
            disabled={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {t("app.more")}
          </button>
        )}
      </header>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && letters.length === 0 && <Empty>{t("letters.empty")}</Empty>}
      {letters.length > 0 && (
        <VirtualTable
          label={t("letters.title")}
          columns={[
            { name: t("letters.received"), width: "120px" },
            { name: t("letters.device"), width: "150px" },
            { name: t("letters.reason"), width: "140px" },
            { name: t("letters.detail"), width: "minmax(140px, 1fr)" },
            { name: t("letters.payload"), width: "minmax(160px, 1.6fr)" },
          ]}
          rows={letters}
          keyOf={(one) => one.id}
          selected={null}
          cells={(one) => [
            moment(one.received_at),
            one.device_name ?? t("app.none"),
            code("letter", one.reason),
            one.detail ?? "",
            <code key="payload" className={ui.mono} title={one.payload_excerpt ?? ""}>
              {one.payload_excerpt ?? ""}
            </code>,
          ]}
        />
      )}
    </div>
  );
}
