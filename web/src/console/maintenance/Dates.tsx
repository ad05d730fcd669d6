import { t } from "../../shared/i18n";
import { dayMoment, dayOf } from "../../shared/time";
import { Empty, Loading, Refusal, ui } from "../../shared/ui/parts";
import type { Level, Preview } from "./api";
import css from "./maintenance.module.css";
import { reason, reasonOf } from "./words";

interface Query {
  data: Preview | undefined;
  error: unknown;
  isFetching: boolean;
}

function Reasons({ lead, words }: { lead: string; words: readonly string[] }) {
  return (
    <div className={css.told}>
      <strong>{lead}</strong>
      <ul>
        {words.map((word) => (
          <li key={word}>{word}</li>
        ))}
      </ul>
    </div>
  );
}

/** When maintenance comes next, and why; or why it never does. */
export function Dates({ query, levels, asked }: { query: Query; levels: readonly Level[]; asked: boolean }) {
  const { data, error, isFetching } = query;
  const nameOf = (every: number) => levels.find((level) => level.every === every)?.name ?? "";
  if (!asked) return <Empty>{t("plan.previewNone")}</Empty>;
  if (error) return <Refusal error={error} />;
  if (!data) return isFetching ? <Loading /> : null;
  const rest = data.rest.map((part) => reason(part.why, part.figures));
  return (
    <div className={`${css.dates} ${isFetching ? css.stale : ""}`} aria-live="polite">
      {data.asset_name && <p className={ui.soft}>{t("plan.previewFor", { name: data.asset_name })}</p>}
      {data.never.length > 0 && (
        <div role="alert" className={css.never}>
          <Reasons lead={t("plan.never")} words={data.never.map((why) => reason(why))} />
        </div>
      )}
      {data.items.length > 0 && (
        <table className={ui.table} aria-label={t("plan.preview")}>
          <thead>
            <tr>
              <th>{t("plan.dueOn")}</th>
              <th>{t("plan.opensOn")}</th>
              <th>{t("plan.level")}</th>
              <th>{t("plan.why")}</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((one) => (
              <tr key={one.number}>
                <td>
                  <time dateTime={one.due_at}>{dayMoment(one.due_at)}</time>
                </td>
                <td>{dayOf(one.opens_at)}</td>
                <td>{nameOf(one.level)}</td>
                <td>{reasonOf(one.due_at, one.parts)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {data.items.length === 0 && data.never.length === 0 && (
        <Reasons lead={t("plan.previewWaits")} words={rest} />
      )}
    </div>
  );
}
