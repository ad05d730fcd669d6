import type { UpdateCounts } from "../../shared/api/fleet";
import { t } from "../../shared/i18n";
import css from "./firmware.module.css";
import { total, UPDATE_STATES } from "./useFirmware";

/** Where the devices stand, as one bar; its label says the same in words. */
export function Progress({ counts }: { counts: UpdateCounts }) {
  const all = total(counts);
  const shown = UPDATE_STATES.filter((state) => counts[state] > 0);
  const words = shown.map((state) =>
    t("firmware.count", { state: t(`firmware.update.${state}`), n: counts[state] }),
  );
  return (
    <span
      className={css.bar}
      role="img"
      aria-label={words.join(", ") || t("app.none")}
      title={words.join(", ")}
    >
      {shown
        .filter((state) => state !== "pending")
        .map((state) => (
          <i key={state} className={css[state]} style={{ width: `${(100 * counts[state]) / all}%` }} />
        ))}
    </span>
  );
}
