import type { SlaClock } from "../../shared/api/types";
import { label, t } from "../../shared/i18n";
import { moment, useNow } from "../../shared/time";
import { Section, ui } from "../../shared/ui/parts";
import css from "../panel.module.css";
import { ClockHistory } from "../sla/ClockHistory";
import { standing } from "./standing";

const CHIP = { good: ui.chipGood, bad: ui.chipBad, soon: ui.chipWarn, calm: "" } as const;

export function SlaClocks({ clocks, orderId }: { clocks: readonly SlaClock[]; orderId: string }) {
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
      <ClockHistory orderId={orderId} />
    </Section>
  );
}
