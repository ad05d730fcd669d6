import { useDeferredValue, useMemo, useState } from "react";
import type { DeadLetter } from "../../shared/api/types";
import { code, label, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Empty, Failure, Loading, problemText, ui } from "../../shared/ui/parts";
import css from "../lists.module.css";
import { useRights } from "../rights";
import { VirtualTable } from "../VirtualTable";
import { outcome } from "./figures";
import fleet from "./fleet.module.css";
import { LetterDialog } from "./LetterDialog";
import { useLetterAction, useLetters } from "./useLetters";

const STATES = ["open", "requested", "refused", "stored", "discarded"] as const;
const CHIP: Record<string, string | undefined> = {
  open: ui.chipWarn,
  refused: ui.chipBad,
  stored: ui.chipGood,
};

function State({ letter }: { letter: DeadLetter }) {
  return (
    <span className={`${ui.chip} ${CHIP[letter.state] ?? ""}`} title={outcome(letter)}>
      {label("letters.state", letter.state)}
    </span>
  );
}

function Outcome({ action }: { action: ReturnType<typeof useLetterAction> }) {
  if (action.isError) {
    return (
      <p className={ui.error} role="alert">
        {problemText(action.error)}
      </p>
    );
  }
  const done = action.data;
  const text = !done
    ? ""
    : done.count === 0
      ? t("letters.nothing")
      : t(done.what === "replay" ? "letters.asked" : "letters.laidAside", { n: done.count });
  return (
    <p className={ui.soft} role="status">
      {text}
    </p>
  );
}

/** Telemetry the gateway refused, newest first: looked at, sent again, laid aside. */
export function DeadLetters({ reasons }: { reasons: readonly string[] }) {
  const mayAct = useRights().replay;
  const [reason, setReason] = useState("");
  const [state, setState] = useState("");
  const [device, setDevice] = useState("");
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<string | null>(null);
  const query = useLetters({ reason, state, device: useDeferredValue(device.trim()) });
  const action = useLetterAction();
  const letters = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const chosen = letters.filter((one) => picked.has(one.id));
  const act = (what: "replay" | "discard", some: readonly DeadLetter[]) => {
    action.mutate({ what, letters: some });
    setPicked(new Set());
    setOpen(null);
  };
  const toggle = (id: string) => {
    const next = new Set(picked);
    if (!next.delete(id)) next.add(id);
    setPicked(next);
  };
  const known = reason && !reasons.includes(reason) ? [...reasons, reason] : reasons;

  return (
    <div className={css.page}>
      <header className={css.bar}>
        {mayAct && (
          <label className={fleet.switch}>
            <input
              type="checkbox"
              aria-label={t("letters.selectAll")}
              title={t("letters.selectAll")}
              checked={letters.length > 0 && chosen.length === letters.length}
              onChange={(event) =>
                setPicked(new Set(event.target.checked ? letters.map((one) => one.id) : []))
              }
            />
          </label>
        )}
        <select
          className={ui.input}
          aria-label={t("letters.reason")}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        >
          <option value="">{t("letters.anyReason")}</option>
          {known.map((one) => (
            <option key={one} value={one}>
              {code("letter", one)}
            </option>
          ))}
        </select>
        <select
          className={ui.input}
          aria-label={t("letters.state")}
          value={state}
          onChange={(event) => setState(event.target.value)}
        >
          <option value="">{t("letters.anyState")}</option>
          {STATES.map((one) => (
            <option key={one} value={one}>
              {t(`letters.state.${one}`)}
            </option>
          ))}
        </select>
        <input
          type="search"
          className={ui.input}
          aria-label={t("letters.deviceFilter")}
          placeholder={t("letters.deviceFilter")}
          maxLength={200}
          value={device}
          onChange={(event) => setDevice(event.target.value)}
        />
        {chosen.length > 0 && (
          <>
            <button
              type="button"
              className={`${ui.button} ${ui.primary}`}
              onClick={() => act("replay", chosen)}
            >
              {t("letters.replayN", { n: chosen.length })}
            </button>
            <button type="button" className={ui.button} onClick={() => act("discard", chosen)}>
              {t("letters.discardN", { n: chosen.length })}
            </button>
          </>
        )}
        <Outcome action={action} />
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
      {query.isSuccess && letters.length === 0 && (
        <Empty>{reason || state || device ? t("letters.noMatch") : t("letters.empty")}</Empty>
      )}
      {letters.length > 0 && (
        <VirtualTable
          label={t("letters.title")}
          columns={[
            ...(mayAct ? [{ name: "", width: "18px" }] : []),
            { name: t("letters.received"), width: "92px" },
            { name: t("letters.device"), width: "minmax(110px, 1fr)" },
            { name: t("letters.reason"), width: "minmax(110px, 1fr)" },
            { name: t("letters.state"), width: "88px" },
            { name: t("letters.outcome"), width: "minmax(110px, 1.2fr)" },
            { name: t("letters.payload"), width: "minmax(120px, 1.6fr)" },
          ]}
          rows={letters}
          keyOf={(one) => one.id}
          selected={open}
          cells={(one) => [
            ...(mayAct
              ? [
                  <input
                    key="pick"
                    type="checkbox"
                    aria-label={t("letters.select", {
                      name: one.device_name ?? t("app.none"),
                      time: moment(one.received_at),
                    })}
                    checked={picked.has(one.id)}
                    onChange={() => toggle(one.id)}
                  />,
                ]
              : []),
            moment(one.received_at),
            one.device_name ?? t("app.none"),
            <button
              key="reason"
              type="button"
              className={fleet.asLink}
              title={one.detail ?? ""}
              onClick={() => setOpen(one.id)}
            >
              {code("letter", one.reason)}
            </button>,
            <State key="state" letter={one} />,
            outcome(one) || one.detail || "",
            <code key="payload" className={ui.mono} title={one.payload_excerpt ?? ""}>
              {one.payload_excerpt ?? ""}
            </code>,
          ]}
        />
      )}
      {open && <LetterDialog id={open} mayAct={mayAct} onAct={act} onClose={() => setOpen(null)} />}
    </div>
  );
}
