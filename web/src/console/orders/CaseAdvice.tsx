import { useQuery } from "@tanstack/react-query";
import { get } from "../../shared/api/client";
import type { CaseAdvice as Advice, PastCase } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { moment, quantity } from "../../shared/time";
import { Facts, Failure, Loading, Section, ui } from "../../shared/ui/parts";
import css from "../panel.module.css";
import { select } from "../route";

function what({ finding, failure_mode, cause, activity }: PastCase): string {
  const said = [cause && code("cause", cause), activity && code("activity", activity)]
    .filter(Boolean)
    .join(", ");
  const result = code("outcome", finding);
  if (finding !== "confirmed") return said ? `${result}: ${said}` : result;
  return said || failure_mode || result;
}

function Similar({ cases }: { cases: readonly PastCase[] }) {
  if (cases.length === 0) return <p className={ui.soft}>{t("advice.none")}</p>;
  return (
    <ul className={css.list} aria-label={t("advice.similar")}>
      {cases.map((one) => (
        <li key={one.case_id}>
          <span>
            {one.work_order_id && one.order_number ? (
              <button
                type="button"
                className={css.link}
                onClick={() => one.work_order_id && select("orders", one.work_order_id)}
              >
                {one.order_number}
              </button>
            ) : (
              one.device_name
            )}{" "}
            {what(one)}
          </span>
          <span className={ui.soft}>
            {[
              moment(one.closed_at ?? one.opened_at),
              one.order_number ? one.device_name : "",
              ...one.parts_used.map((part) => `${part.part_name} × ${quantity(part.quantity)}`),
              one.note,
            ]
              .filter(Boolean)
              .join(" · ")}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Suggested({ found }: { found: Advice }) {
  const { skill, skill_level: level, skill_basis: basis } = found;
  const why = (from: string, used: number) =>
    from === "closed_cases" || used > 0
      ? t("advice.usedIn", { n: used, of: found.confirmed })
      : t("advice.byRule");
  return (
    <Facts
      rows={[
        [
          t("order.skill"),
          skill &&
            `${t("order.skillLevel", { skill: code("skill", skill), level: level ?? 1 })}${
              basis === "closed_cases" ? ` (${t("advice.learned")})` : ""
            }`,
        ],
        [
          t("advice.parts"),
          found.parts.length > 0 && (
            <ul key="parts" className={css.list}>
              {found.parts.map((part) => (
                <li key={part.part_id}>
                  <span>
                    {part.part_name} <span className={ui.mono}>{part.part_number}</span> ×{" "}
                    {quantity(part.quantity)}
                  </span>
                  <span className={ui.soft}>{why(part.basis, part.used_in)}</span>
                </li>
              ))}
            </ul>
          ),
        ],
      ]}
    />
  );
}

/** What past cases of the kind teach: what fixed them, and what to bring. */
export function CaseAdvice({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ["case-advice", id],
    queryFn: ({ signal }) => get<Advice>(`/api/v1/cases/${encodeURIComponent(id)}/advice`, {}, signal),
  });
  return (
    <Section title={t("advice.title")}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.data && (
        <div className={ui.stack}>
          <Suggested found={query.data} />
          <h4>{t("advice.similar")}</h4>
          <Similar cases={query.data.similar} />
        </div>
      )}
    </Section>
  );
}
