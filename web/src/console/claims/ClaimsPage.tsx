import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get, post } from "../../shared/api/client";
import type { Claim, ClaimMade, ClaimState } from "../../shared/api/fleet";
import type { Page } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Empty, Failure, Loading, ui } from "../../shared/ui/parts";
import { ConfirmDialog } from "../ConfirmDialog";
import lists from "../lists.module.css";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import { VirtualTable } from "../VirtualTable";
import { ClaimDialog } from "./ClaimDialog";
import { Labels } from "./Labels";

const LOOK: Record<ClaimState, string | undefined> = {
  open: ui.chipGood,
  used: "",
  expired: ui.chipWarn,
  cancelled: "",
};
const STATES = Object.keys(LOOK) as ClaimState[];

/** Claims by which devices come in: made, printed, watched, revoked. */
export default function ClaimsPage({ models }: { models: readonly string[] }) {
  const mayMake = useRights().own;
  const [state, setState] = useState("");
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<readonly ClaimMade[]>([]);
  const [ending, setEnding] = useState<Claim | null>(null);
  const query = useInfiniteQuery({
    queryKey: ["claims", state],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Claim>>("/api/v1/device-claims", { state, limit: 100, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: 10_000,
  });
  const end = useWrite(
    ({ id }: Claim) => post<Claim>(`/api/v1/device-claims/${id}/cancel`, {}),
    [["claims"]],
    () => setEnding(null),
  );
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={lists.page}>
      <header className={lists.bar}>
        <select
          className={ui.input}
          aria-label={t("claims.state")}
          value={state}
          onChange={(event) => setState(event.target.value)}
        >
          <option value="">{t("claims.anyState")}</option>
          {STATES.map((one) => (
            <option key={one} value={one}>
              {t(`claims.state.${one}`)}
            </option>
          ))}
        </select>
        <p className={ui.soft}>{t("claims.lead")}</p>
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
        {mayMake && (
          <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setMaking(true)}>
            {t("claims.create")}
          </button>
        )}
      </header>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <Empty>{t("claims.none")}</Empty>}
      {rows.length > 0 && (
        <VirtualTable
          label={t("view.claims")}
          columns={[
            { name: t("claims.state"), width: "88px" },
            { name: t("claims.model"), width: "minmax(90px, 1fr)" },
            { name: t("claims.prefix"), width: "minmax(110px, 1.2fr)" },
            { name: t("claims.used"), width: "88px" },
            { name: t("claims.created"), width: "112px" },
            { name: t("claims.expires"), width: "112px" },
            ...(mayMake ? [{ name: t("limits.action"), width: "72px" }] : []),
          ]}
          rows={rows}
          keyOf={(one) => one.id}
          selected={null}
          cells={(one) => [
            <span key="state" className={`${ui.chip} ${LOOK[one.state]}`}>
              {t(`claims.state.${one.state}`)}
            </span>,
            code("model", one.model),
            one.name_prefix,
            t("claims.usedOf", { n: one.uses, of: one.uses_allowed }),
            moment(one.created_at),
            moment(one.expires_at),
            ...(mayMake
              ? [
                  one.state === "open" ? (
                    <button
                      key="revoke"
                      type="button"
                      className={panel.link}
                      aria-label={t("claims.revokeOf", { name: one.name_prefix })}
                      onClick={() => setEnding(one)}
                    >
                      {t("claims.revoke")}
                    </button>
                  ) : null,
                ]
              : []),
          ]}
        />
      )}
      {making && (
        <ClaimDialog
          models={models}
          onMade={(claims) => {
            setMaking(false);
            setMade(claims);
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {made.length > 0 && <Labels made={made} onClose={() => setMade([])} />}
      {ending && (
        <ConfirmDialog
          title={t("claims.revokeOf", { name: ending.name_prefix })}
          text={t("claims.revokeAsk")}
          action={t("claims.revoke")}
          danger
          busy={end.isPending}
          error={end.error}
          onConfirm={() => end.mutate(ending)}
          onClose={() => setEnding(null)}
        />
      )}
    </div>
  );
}
