import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import type { Criticality, Policy, PolicyTerms } from "../../shared/api/cases";
import { ApiProblem, get, put } from "../../shared/api/client";
import { code, t } from "../../shared/i18n";
import { Failure, Loading, problemText, Section, ui } from "../../shared/ui/parts";
import css from "../cases/cases.module.css";
import { useRights } from "../rights";
import { Mutes } from "./Mutes";
import { NumberField, numbersOf } from "./NumberField";

const PATH = "/api/v1/intake/policy";
const BUDGETS = [
  "tickets_per_day",
  "tickets_per_week",
  "site_tickets_per_day",
  "site_tickets_per_week",
] as const;
const WHOLE = ["sibling_minutes", "incident_percent", "incident_devices", "incident_minutes"] as const;
const BOUNDS = {
  sibling_minutes: [0, 525_600],
  incident_percent: [1, 100],
  incident_devices: [2, 100_000],
  incident_minutes: [1, 10_080],
} as const;

/** What a filled form says. */
function termsOf(form: FormData): PolicyTerms {
  const whole = numbersOf(form, WHOLE) as Record<(typeof WHOLE)[number], number>;
  return {
    ...whole,
    ...numbersOf(form, BUDGETS),
    severity_at_once: Number(form.get("severity_at_once")),
    criticality_at_once: (String(form.get("criticality_at_once")) || null) as Criticality | null,
  };
}

function Fields({ policy, readOnly }: { policy: Policy; readOnly: boolean }) {
  const spent: Partial<Record<string, number>> = {
    tickets_per_day: policy.spent.tenant_day,
    tickets_per_week: policy.spent.tenant_week,
  };
  const whole = (name: (typeof WHOLE)[number]) => (
    <NumberField
      key={name}
      label={t(`policy.${name}`)}
      name={name}
      value={policy[name]}
      min={BOUNDS[name][0]}
      max={BOUNDS[name][1]}
      readOnly={readOnly}
    />
  );
  return (
    <>
      <Section title={t("policy.budget")}>
        <div className={css.fields}>
          <p className={`${ui.soft} ${css.whole}`}>{t("policy.budgetHint")}</p>
          {BUDGETS.map((name) => (
            <NumberField
              key={name}
              label={t(`policy.${name}`)}
              name={name}
              value={policy[name]}
              min={0}
              max={100_000}
              optional
              hint={spent[name] === undefined ? undefined : t("policy.spent", { n: spent[name] })}
              readOnly={readOnly}
            />
          ))}
        </div>
      </Section>
      <Section title={t("policy.atOnce")}>
        <div className={css.fields}>
          <label className={ui.field}>
            <span>{t("policy.severity_at_once")}</span>
            <select
              className={ui.input}
              name="severity_at_once"
              defaultValue={policy.severity_at_once}
              disabled={readOnly}
            >
              {[1, 2, 3, 4].map((one) => (
                <option key={one} value={one}>
                  {code("severity", one)}
                </option>
              ))}
              <option value={5}>{t("policy.never")}</option>
            </select>
          </label>
          <label className={ui.field}>
            <span>{t("policy.criticality_at_once")}</span>
            <select
              className={ui.input}
              name="criticality_at_once"
              defaultValue={policy.criticality_at_once ?? ""}
              disabled={readOnly}
            >
              {["A", "B", "C"].map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
              <option value="">{t("policy.noGrade")}</option>
            </select>
          </label>
        </div>
      </Section>
      <Section title={t("policy.rollUp")}>
        <div className={css.fields}>
          <p className={`${ui.soft} ${css.whole}`}>{t("policy.siblingHint")}</p>
          {whole("sibling_minutes")}
        </div>
      </Section>
      <Section title={t("policy.incidents")}>
        <div className={css.fields}>
          {whole("incident_percent")}
          {whole("incident_devices")}
          {whole("incident_minutes")}
        </div>
      </Section>
    </>
  );
}

/** When cases become tickets: read by all, changed by supervisors and administrators, version by version. */
export function PolicyPage() {
  const queries = useQueryClient();
  const write = useRights().policy;
  const query = useQuery({
    queryKey: ["policy"],
    queryFn: ({ signal }) => get<Policy>(PATH, {}, signal),
    // What somebody is typing is not replaced from below.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const policy = query.data;
  const save = useMutation({
    mutationFn: (change: PolicyTerms & { version: number }) => put<Policy>(PATH, change),
    onSuccess: (saved) => queries.setQueryData(["policy"], saved),
  });
  if (query.isPending) return <Loading />;
  if (!policy) return <Failure error={query.error} retry={() => void query.refetch()} />;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate({ ...termsOf(new FormData(event.currentTarget)), version: policy.version });
  };
  const reload = () => {
    save.reset();
    void query.refetch();
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
    <div className={css.form} tabIndex={0} role="region" aria-label={t("view.policy")}>
      <p className={css.lead}>{t("policy.lead", { n: policy.version })}</p>
      <form key={policy.version} onSubmit={submit} aria-label={t("policy.title")}>
        <Fields policy={policy} readOnly={!write} />
        <div className={css.buttons}>
          {write ? (
            <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={save.isPending}>
              {t("policy.save")}
            </button>
          ) : (
            <p className={ui.soft}>{t("policy.readOnly")}</p>
          )}
          <p role="status" className={css.ok}>
            {save.isSuccess && t("policy.saved", { n: save.data.version })}
          </p>
          {save.isError && <Refused error={save.error} onReload={reload} />}
        </div>
      </form>
      <Mutes />
    </div>
  );
}

function Refused({ error, onReload }: { error: Error; onReload: () => void }) {
  const stale = error instanceof ApiProblem && error.status === 409;
  return (
    <>
      <p className={ui.error} role="alert">
        {stale ? t("policy.stale") : problemText(error)}
      </p>
      {stale && (
        <button type="button" className={ui.button} onClick={onReload}>
          {t("policy.reload")}
        </button>
      )}
    </>
  );
}
