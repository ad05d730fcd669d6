import { useState } from "react";
import { t } from "../../shared/i18n";
import { Failure, Loading, PriorityBadge, problemText, ui } from "../../shared/ui/parts";
import panel from "../panel.module.css";
import {
  CLOCKS,
  type Policy,
  REASONS,
  useCalendars,
  useLadders,
  useMayWrite,
  usePolicies,
  useWriteTerms,
} from "./api";
import { PolicyDialog } from "./PolicyDialog";
import css from "./sla.module.css";
import { VersionsDialog } from "./VersionsDialog";
import { caseOf } from "./words";

function pausesOf(policy: Policy): string {
  const named = REASONS.flatMap((reason) => {
    const clocks = policy.pauses[reason] ?? [];
    if (clocks.length === 0) return [];
    const which =
      clocks.length === CLOCKS.length ? t("app.all") : clocks.map((one) => t(`sla.clock.${one}`)).join(", ");
    return [`${t(`pause.${reason}`)}: ${which}`];
  });
  return named.join(" · ") || t("policy.pausesNone");
}

function nameOf(policy: Policy): string {
  return `P${policy.priority} ${policy.name || caseOf(policy)}`;
}

/** What is promised to whom, and which reasons stop which clocks. */
export function Policies() {
  const query = usePolicies();
  const calendars = useCalendars().data ?? [];
  const ladders = useLadders().data ?? [];
  const mayWrite = useMayWrite();
  const [edited, setEdited] = useState<Policy | "new" | null>(null);
  const [told, setTold] = useState<Policy | null>(null);
  const remove = useWriteTerms();
  return (
    <div className={css.scroll}>
      <div className={css.bar}>
        <p className={ui.soft}>{t("policy.note")}</p>
        {remove.isError && <span className={ui.error}>{problemText(remove.error)}</span>}
        {mayWrite && (
          <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setEdited("new")}>
            {t("policy.new")}
          </button>
        )}
      </div>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.data && (
        <div className={css.tableBox}>
          <table aria-label={t("view.policies")}>
            <thead>
              <tr>
                <th>{t("watch.priority")}</th>
                <th>{t("policy.for")}</th>
                {CLOCKS.map((one) => (
                  <th key={one}>{t(`sla.clock.${one}`)}</th>
                ))}
                <th>{t("policy.calendar")}</th>
                <th>{t("policy.pauses")}</th>
                <th>{t("policy.ladder")}</th>
                <th>
                  <span className={ui.hidden}>{t("promise.edit")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {query.data.map((one) => {
                const name = nameOf(one);
                return (
                  <tr key={one.policy_id}>
                    <td>
                      <PriorityBadge priority={one.priority} />
                    </td>
                    <td>
                      {one.name && <strong>{one.name} </strong>}
                      {caseOf(one)}
                      <div>
                        <button
                          type="button"
                          className={panel.link}
                          aria-label={`${t("promise.version", { n: one.version })} · ${name}`}
                          onClick={() => setTold(one)}
                        >
                          {t("promise.version", { n: one.version })}
                        </button>
                      </div>
                    </td>
                    {CLOCKS.map((clock) => (
                      <td key={clock} className={ui.num}>
                        {t("promise.minutes", { n: one[`${clock}_minutes`] })}
                      </td>
                    ))}
                    <td>
                      {calendars.find((found) => found.id === one.calendar_id)?.name ??
                        t("promise.everyMinute")}
                    </td>
                    <td>{pausesOf(one)}</td>
                    <td>{ladders.find((found) => found.id === one.ladder_id)?.name ?? t("app.none")}</td>
                    <td>
                      {mayWrite && (
                        <span className={css.inline}>
                          <button
                            type="button"
                            className={ui.button}
                            aria-label={t("promise.editOf", { name })}
                            onClick={() => setEdited(one)}
                          >
                            {t("promise.edit")}
                          </button>
                          <button
                            type="button"
                            className={`${ui.button} ${ui.danger}`}
                            aria-label={t("promise.removeOf", { name })}
                            onClick={() =>
                              remove.mutate({
                                method: "DELETE",
                                path: `policies/${one.policy_id}?version=${one.version}`,
                              })
                            }
                          >
                            {t("promise.remove")}
                          </button>
                        </span>
                      )}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {told && (
        <VersionsDialog
          policy={told}
          name={nameOf(told)}
          calendars={calendars}
          ladders={ladders}
          onClose={() => setTold(null)}
        />
      )}
      {edited && (
        <PolicyDialog
          policy={edited === "new" ? null : edited}
          calendars={calendars}
          ladders={ladders}
          onClose={() => setEdited(null)}
        />
      )}
    </div>
  );
}
