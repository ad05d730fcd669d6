import { useInfiniteQuery } from "@tanstack/react-query";
import { get, post } from "../../shared/api/client";
import { type Command, type CommandState, devicePath } from "../../shared/api/fleet";
import type { Device, Page } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Failure, Loading, Refusal, Section, ui } from "../../shared/ui/parts";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import css from "./device.module.css";
import { SendCommand } from "./SendCommand";

const LOOK: Record<CommandState, string | undefined> = {
  queued: "",
  sent: "",
  acked: ui.chipGood,
  failed: ui.chipBad,
  expired: ui.chipWarn,
  cancelled: "",
};
const OPEN: readonly CommandState[] = ["queued", "sent"];

function Entry({ command, onWithdraw }: { command: Command; onWithdraw: (() => void) | null }) {
  const { args, state, attempts, finished_at: ended, detail } = command;
  const facts = [
    moment(command.requested_at),
    attempts > 0 && t("command.attempts", { n: attempts }),
    ended
      ? t("command.ended", { time: moment(ended) })
      : t("command.until", { time: moment(command.expires_at) }),
  ].filter(Boolean);
  return (
    <li className={css.command}>
      <div className={css.line}>
        <code className={css.name}>{command.command}</code>
        {onWithdraw && (
          <button
            type="button"
            className={panel.link}
            aria-label={t("command.withdrawOf", { name: command.command })}
            onClick={onWithdraw}
          >
            {t("command.withdraw")}
          </button>
        )}
        <span className={`${ui.chip} ${LOOK[state]}`}>{t(`command.state.${state}`)}</span>
      </div>
      {Object.keys(args).length > 0 && <code className={ui.mono}>{JSON.stringify(args)}</code>}
      {detail && <p className={panel.text}>{detail}</p>}
      <p className={panel.by}>{facts.join(" · ")}</p>
    </li>
  );
}

/** What a device was told, how far each command got, and a form for the next. */
export function Commands({ device }: { device: Device }) {
  const mayCommand = useRights().command;
  const key = ["commands", device.id];
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      get<Page<Command>>(devicePath(device.id, "/commands"), { limit: 50, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((one) => OPEN.includes(one.state))) ? 2_000 : 15_000,
  });
  const withdraw = useWrite(({ id }: Command) => post<Command>(`/api/v1/commands/${id}/cancel`, {}), [key]);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {mayCommand && <SendCommand device={device} />}
      <Section title={t("command.history")}>
        {query.isPending && <Loading />}
        {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
        {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("command.none")}</p>}
        <Refusal error={withdraw.error} />
        <ul className={css.commands}>
          {rows.map((one) => (
            <Entry
              key={one.id}
              command={one}
              onWithdraw={
                mayCommand && one.state === "queued" && one.attempts === 0 ? () => withdraw.mutate(one) : null
              }
            />
          ))}
        </ul>
        {query.hasNextPage && (
          <button type="button" className={ui.button} onClick={() => void query.fetchNextPage()}>
            {t("app.more")}
          </button>
        )}
      </Section>
    </>
  );
}
