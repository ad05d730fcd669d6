import type { SlaClock } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { countdown, urgency } from "../../shared/time";

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
