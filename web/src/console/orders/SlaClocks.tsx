import type { SlaClock } from "../../shared/api/types";
import { label, t } from "../../shared/i18n";
import { countdown, moment, urgency, useNow } from "../../shared/time";
import { Section, ui } from "../../shared/ui/parts";
import css from "../panel.module.css";

type Look = "good" | "bad" | "soon" | "calm";

/** How a clock stands at `now`: its words, its colour, and the part of its time that is used. */
export function standing(clock: SlaClock, now: number): { text: string; look: Look; used: number } {
  const [start, due] = [Date.parse(clock.started_at), Date.parse(clock.due_at)];
  const end = clock.met_at ? Date.parse(clock.met_at) : now;
  const used = due > start ? Math.min(1, Math.max(0, (end - start) / (due - start))) : 1;
  if (clock.breached_at || (clock.met_at && Date.parse(clock.met_at) > due)) {
    const late = clock.met_at ? t("sla.breached") : countdown(clock.due_at, now);
    return { text: late, look: "bad", used: 1 };
  }
  if (clock.met_at) return { text: t("sla.met"), look: "good", used };
  if (clock.paused) return { text: t("sla.paused"), look: "calm", used };
  const near = urgency(clock.due_at, now);
  return {
    text: countdown(clock.due_at, now),
    look: near === "late" ? "bad" : near === "soon" ? "soon" : "calm",
    used,
  };
}

const CHIP = { good: ui.chipGood, bad: ui.chipBad, soon: ui.chipWarn, calm: "" } as const;

export function SlaClocks({ clocks }: { clocks: readonly SlaClock[] }) {
  const now = useNow(10);
  return (
    <Section title={t("sla.title")}>
      <ul className={css.sla}>
        {clocks.map((clock) => {
          const { text, look, used } = standing(clock, now);
          return (
            <li
              key={clock.clock}
              title={`${t("sla.target", { n: clock.target_minutes })}, ${t("sla.due", { time: moment(clock.due_at) })}`}
            >
              <span>{label("sla.clock", clock.clock)}</span>
              <span className={`${css.bar} ${css[look] ?? ""}`} aria-hidden="true">
                <i style={{ width: `${used * 100}%` }} />
              </span>
              <span className={`${ui.chip} ${CHIP[look]}`}>{text}</span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
