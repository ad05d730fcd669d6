import { useQuery } from "@tanstack/react-query";
import { ApiProblem, get } from "../../shared/api/client";
import type { Plan, Reason } from "../../shared/api/types";
import { t, useLang } from "../../shared/i18n";
import { withSkillNames } from "../../shared/i18n/codes";
import { moment, quantity } from "../../shared/time";
import { Failure, Loading, Section, ui } from "../../shared/ui/parts";
import css from "../panel.module.css";
import { select } from "../route";

function Words({ reason }: { reason: Reason }) {
  const lang = useLang();
  const text = lang === "zh" ? reason.text_zh : reason.text_en;
  return reason.code.includes("skill") ? withSkillNames(text, lang) : text;
}

function Body({ plan }: { plan: Plan }) {
  const { technician } = plan;
  return (
    <>
      <p>
        {technician ? (
          <button type="button" className={css.link} onClick={() => select("technicians", technician.id)}>
            {technician.name}
          </button>
        ) : (
          <strong>{t("order.plan.unserved")}</strong>
        )}{" "}
        <span className={ui.soft}>
          {[
            plan.start && t("order.plan.start", { time: moment(plan.start) }),
            plan.travel_minutes !== null && t("order.plan.travel", { n: Math.round(plan.travel_minutes) }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </p>
      {plan.pickup && (
        <p>
          {t("order.plan.pickup", {
            location: plan.pickup.location_name,
            part: plan.pickup.part_number,
            quantity: quantity(String(plan.pickup.quantity)),
          })}
        </p>
      )}
      {plan.reasons.length > 0 && (
        <ul className={`${css.reasons} ${technician ? "" : css.refused}`} aria-label={t("order.plan.why")}>
          {plan.reasons.map((reason) => (
            <li key={reason.code}>
              <span>
                <Words reason={reason} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {plan.refused.length > 0 && (
        <>
          <h4 className={css.sub}>{t("order.plan.refused")}</h4>
          <ul className={`${css.reasons} ${css.refused}`}>
            {plan.refused.map((reason) => (
              <li key={`${reason.technician_id} ${reason.code}`}>
                <span>
                  <button
                    type="button"
                    className={css.link}
                    onClick={() => select("technicians", reason.technician_id)}
                  >
                    {reason.technician_name}
                  </button>{" "}
                  <Words reason={reason} />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {plan.note && <p className={css.text}>{plan.note}</p>}
      {plan.engine && plan.planned_at && (
        <p className={css.by}>
          {t("order.plan.engine", { engine: plan.engine, time: moment(plan.planned_at) })}
        </p>
      )}
    </>
  );
}

/** Why this technician at this time, and why not the others. */
export function PlanReasons({ id, version }: { id: string; version: number }) {
  const plan = useQuery({
    queryKey: ["plan", id, version],
    queryFn: async ({ signal }) => {
      try {
        return await get<Plan | null>(`/api/v1/work-orders/${encodeURIComponent(id)}/plan`, {}, signal);
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404) return null;
        throw error;
      }
    },
  });
  return (
    <Section title={t("order.plan")}>
      {plan.isPending && <Loading />}
      {plan.isError && <Failure error={plan.error} retry={() => void plan.refetch()} />}
      {plan.data === null && <p className={ui.soft}>{t("order.plan.none")}</p>}
      {plan.data && (
        <div className={ui.stack}>
          <Body plan={plan.data} />
        </div>
      )}
    </Section>
  );
}
