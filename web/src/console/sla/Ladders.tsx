import { useState } from "react";
import { t } from "../../shared/i18n";
import { Empty, Failure, Loading, problemText, ui } from "../../shared/ui/parts";
import { type Ladder, useCalendars, useLadders, useMayWrite, useWriteTerms } from "./api";
import { LadderDialog } from "./LadderDialog";
import css from "./sla.module.css";
import { actionOf, whenOf } from "./words";

/** Escalation ladders: what is done when while a promise gets tight. */
export function Ladders() {
  const query = useLadders();
  const calendars = useCalendars().data ?? [];
  const mayWrite = useMayWrite();
  const [edited, setEdited] = useState<Ladder | "new" | null>(null);
  const remove = useWriteTerms();
  return (
    <div className={css.scroll}>
      {mayWrite && (
        <div className={css.bar}>
          <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setEdited("new")}>
            {t("ladder.new")}
          </button>
          {remove.isError && <p className={ui.error}>{problemText(remove.error)}</p>}
        </div>
      )}
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.data?.length === 0 && <Empty>{t("ladder.empty")}</Empty>}
      {query.data?.map((one) => (
        <section key={one.id} className={css.card} aria-label={one.name}>
          <header>
            <h2>{one.name}</h2>
            <span className={ui.soft}>
              {t("ladder.hours")}:{" "}
              {calendars.find((found) => found.id === one.calendar_id)?.name ?? t("ladder.anyHour")}
            </span>
            <span className={css.spring} />
            {mayWrite && (
              <>
                <button
                  type="button"
                  className={ui.button}
                  aria-label={t("promise.editOf", { name: one.name })}
                  onClick={() => setEdited(one)}
                >
                  {t("promise.edit")}
                </button>
                <button
                  type="button"
                  className={`${ui.button} ${ui.danger}`}
                  aria-label={t("promise.removeOf", { name: one.name })}
                  onClick={() => remove.mutate({ method: "DELETE", path: `ladders/${one.id}` })}
                >
                  {t("promise.remove")}
                </button>
              </>
            )}
          </header>
          <div className={css.tableBox}>
            <table aria-label={one.name}>
              <thead>
                <tr>
                  <th>{t("watch.clock")}</th>
                  <th>{t("ladder.when")}</th>
                  <th>{t("ladder.action")}</th>
                  <th>{t("ladder.hours")}</th>
                </tr>
              </thead>
              <tbody>
                {one.steps.map((step, place) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other name than their place
                  <tr key={place}>
                    <td>{t(`sla.clock.${step.clock}`)}</td>
                    <td>{whenOf(step)}</td>
                    <td>{actionOf(step)}</td>
                    <td>{step.in_service_hours ? t("ladder.inHours") : t("ladder.anyHour")}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      ))}
      {edited && (
        <LadderDialog
          ladder={edited === "new" ? null : edited}
          calendars={calendars}
          onClose={() => setEdited(null)}
        />
      )}
    </div>
  );
}
