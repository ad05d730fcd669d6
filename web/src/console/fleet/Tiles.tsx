import type { ReactNode } from "react";
import type { BrokerView, Fleet, FleetState } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { duration, number } from "../../shared/time";
import { go } from "../route";
import { short } from "./figures";
import css from "./fleet.module.css";
import { Spark } from "./Spark";

interface TileProps {
  name: string;
  figure: ReactNode;
  note?: string | undefined;
  tone?: "bad" | "warn" | undefined;
  pressed?: boolean;
  onClick: () => void;
}

function Tile({ name, figure, note, tone, pressed, onClick }: TileProps) {
  return (
    <button type="button" className={css.tile} aria-pressed={pressed} onClick={onClick} title={note}>
      <span className={css.name}>{name}</span>
      <span className={`${css.figure} ${tone ? css[tone] : ""}`}>{figure}</span>
      <span className={css.note}>{note ?? "\u00a0"}</span>
    </button>
  );
}

function commitNote({ flow }: Fleet): string {
  if (flow.commit_ms === null || flow.commit_ms_max === null) return t("fleet.noFlow");
  const ms = (value: number) => t("fleet.ms", { n: number(value, value < 10 ? 1 : 0) });
  return t("fleet.commit", { mean: ms(flow.commit_ms), max: ms(flow.commit_ms_max) });
}

function lagNote({ scorer_lag_seconds: lag }: Fleet): string | undefined {
  return lag !== null && lag > 30 ? t("fleet.scorer", { time: duration(lag * 1000) }) : undefined;
}

/** The fleet in figures; each opens the list behind it. */
export function Tiles({
  fleet,
  broker,
  picked,
  onPick,
  lettersOpen,
}: {
  fleet: Fleet;
  broker: BrokerView | undefined;
  picked: FleetState | null;
  onPick: (state: FleetState) => void;
  lettersOpen: boolean;
}) {
  const { counts, flow, dead_letters: letters } = fleet;
  const device = (state: FleetState, tone?: "bad" | "warn") => (
    <Tile
      name={t(`fleet.${state}`)}
      figure={short(counts[state])}
      tone={counts[state] > 0 ? tone : undefined}
      note={state === "online" ? t("fleet.of", { n: number(counts.total) }) : undefined}
      pressed={picked === state}
      onClick={() => onPick(state)}
    />
  );
  const now = broker?.now;
  const warned = (...names: string[]) =>
    names.some((name) => broker?.warnings.includes(name)) ? "warn" : undefined;
  return (
    <div className={css.tiles} role="group" aria-label={t("fleet.title")}>
      {device("online")}
      {device("alarm", "bad")}
      {device("silent", "warn")}
      {device("unknown")}
      <div className={`${css.tile} ${css.wide}`} title={commitNote(fleet)}>
        <span className={css.name}>{t("fleet.rate")}</span>
        <span className={css.withLine}>
          <span className={css.figure}>{short(flow.per_second)}</span>
          <Spark name={t("fleet.rateHint")} values={flow.minutes.slice(0, -1).map((minute) => minute[1])} />
        </span>
        <span className={css.note}>{lagNote(fleet) ?? commitNote(fleet)}</span>
      </div>
      {lettersOpen && (
        <Tile
          name={t("fleet.letters")}
          figure={short(letters.total) + (letters.capped ? "+" : "")}
          tone={letters.waiting > 0 ? "warn" : undefined}
          note={
            letters.waiting > 0 ? t("fleet.waiting", { n: number(letters.waiting) }) : t("fleet.allDealt")
          }
          onClick={() => go({ view: "letters" })}
        />
      )}
      {now && (
        <>
          <Tile
            name={t("fleet.queue")}
            figure={now.messages_queued === null ? t("app.none") : short(now.messages_queued)}
            tone={warned("queue_grows", "quiet", "drops")}
            note={t("fleet.connected", { n: number(now.clients_connected ?? 0) })}
            onClick={() => go({ view: "broker" })}
          />
          <Tile
            name={t("fleet.abandoned")}
            note={t("fleet.abandonedNote")}
            figure={now.sessions_abandoned === null ? t("app.none") : short(now.sessions_abandoned)}
            tone={warned("sessions_grow")}
            onClick={() => go({ view: "broker" })}
          />
        </>
      )}
    </div>
  );
}
