import type { TimelineEntry } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Section, ui } from "../../shared/ui/parts";
import css from "../panel.module.css";

const LATE_MS = 120_000;

/** What happened, newest first; when a report came in late, both times are told. */
export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  // Of steps of one instant the server tells the earlier first.
  const sorted = entries.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).reverse();
  return (
    <Section title={t("order.timeline")}>
      <ol className={css.timeline}>
        {sorted.map((entry, index) => {
          const late =
            entry.received_at !== null && Date.parse(entry.received_at) - Date.parse(entry.at) > LATE_MS;
          const by = [entry.actor, entry.source && code("source", entry.source)].filter(Boolean).join(" · ");
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries have no id and are never reordered
            <li key={`${entry.at} ${entry.title_code} ${index}`}>
              <div className={css.event}>
                <strong>{code("timeline", entry.title_code)}</strong>
                <time dateTime={entry.at}>{moment(entry.at)}</time>
              </div>
              {entry.text && <p className={css.text}>{entry.text}</p>}
              {entry.flagged && (
                <span className={`${ui.chip} ${ui.chipWarn}`}>{code("flagged", entry.flagged)}</span>
              )}
              <p className={css.by}>
                {by}
                {late &&
                  entry.received_at &&
                  ` · ${t("order.received", { time: moment(entry.received_at) })}`}
              </p>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}
