import { useSyncExternalStore } from "react";
import { t } from "../shared/i18n";
import { liveState, useLiveStatus } from "../shared/live/store";
import { clockSeconds, useNow } from "../shared/time";
import { ui } from "../shared/ui/parts";
import { LangPicker, ThemePicker } from "./pickers";
import { useMe } from "./session";
import css from "./workspace.module.css";

function watchOnline(listener: () => void): () => void {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}

function useLiveState() {
  const status = useLiveStatus();
  const online = useSyncExternalStore(watchOnline, () => navigator.onLine);
  const now = useNow(1);
  return {
    state: liveState(status, now, online),
    silentFor: Math.round((now - status.beatAt) / 1000),
    status,
  };
}

function LiveBadge() {
  const { state, silentFor } = useLiveState();
  const text = state === "stale" ? t("live.stale", { n: silentFor }) : t(`live.${state}`);
  const look = { live: css.live, connecting: css.connecting, stale: css.stale, offline: css.offline }[state];
  return (
    <span className={`${css.liveBadge} ${look}`} data-live={state}>
      <span className={css.dot} aria-hidden="true" />
      {text}
    </span>
  );
}

/** Tells, over the whole width, that what is shown is getting old. */
export function OfflineBar() {
  const { state, status } = useLiveState();
  if (state !== "offline" || status.beatAt === 0) return null;
  return (
    <p className={css.offlineBar} role="status">
      {t("live.offlineBar", { time: clockSeconds(status.beatAt) })}
    </p>
  );
}

export function Header({ onLogOut, onHelp }: { onLogOut: () => void; onHelp: () => void }) {
  const me = useMe();
  return (
    <header className={css.header}>
      <span className={css.brand}>Fieldhand</span>
      <span className={css.tenant}>{me.tenant.name}</span>
      <span className={css.spring} />
      <LiveBadge />
      <LangPicker />
      <ThemePicker />
      <button
        type="button"
        className={`${ui.button} ${ui.quiet}`}
        aria-label={t("header.help")}
        onClick={onHelp}
      >
        ?
      </button>
      <span className={css.user}>{me.name}</span>
      <button type="button" className={`${ui.button} ${ui.quiet}`} onClick={onLogOut}>
        {t("header.logout")}
      </button>
    </header>
  );
}
