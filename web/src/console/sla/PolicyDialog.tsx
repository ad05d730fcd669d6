import { useState } from "react";
import type { Priority } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { problemText, ui } from "../../shared/ui/parts";
import { Picker } from "../kit";
import { Modal } from "../Modal";
import {
  type Calendar,
  CLOCKS,
  type ClockKind,
  type Ladder,
  type Policy,
  type PolicyDraft,
  REASONS,
  type Reason,
  useWriteTerms,
} from "./api";
import css from "./sla.module.css";

const USUAL: PolicyDraft = {
  name: "",
  priority: 2,
  criticality: null,
  customer_id: null,
  tier: null,
  work_type: null,
  response_minutes: 30,
  on_site_minutes: 240,
  restore_minutes: 480,
  calendar_id: null,
  ladder_id: null,
  pauses: { customer: [...CLOCKS], no_access: ["restore"], weather: ["restore"] },
};
const MINUTES = ["response", "on_site", "restore"] as const;
const WORDS = [
  ["tier", "policy.tier"],
  ["work_type", "policy.workType"],
] as const;

function draftOf(policy: Policy): PolicyDraft {
  return Object.fromEntries(
    Object.keys(USUAL).map((name) => [name, policy[name as keyof PolicyDraft]]),
  ) as unknown as PolicyDraft;
}

/** Write a policy; each change is a new version. */
export function PolicyDialog({
  policy,
  calendars,
  ladders,
  onClose,
}: {
  policy: Policy | null;
  calendars: readonly Calendar[];
  ladders: readonly Ladder[];
  onClose: () => void;
}) {
  const [draft, setDraft] = useState<PolicyDraft>(policy ? draftOf(policy) : USUAL);
  const write = useWriteTerms(onClose);
  const change = (part: Partial<PolicyDraft>) => setDraft({ ...draft, ...part });
  const stops = (reason: Reason, clock: ClockKind) => (draft.pauses[reason] ?? []).includes(clock);
  const toggle = (reason: Reason, clock: ClockKind) => {
    const kept = CLOCKS.filter((one) => stops(reason, one) !== (one === clock));
    change({ pauses: { ...draft.pauses, [reason]: kept } });
  };
  return (
    <Modal title={policy ? t("promise.editOf", { name: policy.name }) : t("policy.new")} onClose={onClose}>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          if (policy) {
            const body = { ...draft, version: policy.version };
            write.mutate({ method: "PUT", path: `policies/${policy.policy_id}`, body });
          } else write.mutate({ method: "POST", path: "policies", body: draft });
        }}
      >
        <div className={css.grid}>
          <label>
            {t("promise.name")}
            <input
              className={ui.input}
              maxLength={200}
              value={draft.name}
              onChange={(event) => change({ name: event.target.value })}
            />
          </label>
          <label>
            {t("watch.priority")}
            <select
              className={ui.input}
              value={draft.priority}
              onChange={(event) => change({ priority: Number(event.target.value) as Priority })}
            >
              {[1, 2, 3, 4].map((one) => (
                <option key={one} value={one}>
                  P{one}
                </option>
              ))}
            </select>
          </label>
          <div className={css.asked}>
            <span aria-hidden="true">{t("policy.customer")}</span>
            <Picker
              of="customer"
              label={t("policy.customer")}
              placeholder={t("promise.any")}
              value={draft.customer_id}
              onChange={(id) => change({ customer_id: id, ...(id ? { tier: null } : {}) })}
            />
          </div>
          {WORDS.map(([name, key]) => (
            <label key={name}>
              {t(key)}
              <input
                className={ui.input}
                pattern="[A-Za-z0-9][A-Za-z0-9._\/\-]*"
                maxLength={64}
                placeholder={t("promise.any")}
                disabled={name === "tier" && draft.customer_id !== null}
                value={draft[name] ?? ""}
                onChange={(event) => change({ [name]: event.target.value || null })}
              />
            </label>
          ))}
          <label>
            {t("policy.criticality")}
            <select
              className={ui.input}
              value={draft.criticality ?? ""}
              onChange={(event) => change({ criticality: event.target.value || null })}
            >
              <option value="">{t("promise.any")}</option>
              {["A", "B", "C"].map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
          {MINUTES.map((clock) => (
            <label key={clock}>
              {t(`policy.${clock}`)}
              <input
                className={ui.input}
                type="number"
                min={1}
                max={525600}
                required
                value={draft[`${clock}_minutes`]}
                onChange={(event) => change({ [`${clock}_minutes`]: Number(event.target.value) })}
              />
            </label>
          ))}
          <label>
            {t("policy.calendar")}
            <select
              className={ui.input}
              value={draft.calendar_id ?? ""}
              onChange={(event) => change({ calendar_id: event.target.value || null })}
            >
              <option value="">{t("promise.everyMinute")}</option>
              {calendars.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
          </label>
          <label>
            {t("policy.ladder")}
            <select
              className={ui.input}
              value={draft.ladder_id ?? ""}
              onChange={(event) => change({ ladder_id: event.target.value || null })}
            >
              <option value="">{t("app.none")}</option>
              {ladders.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
          </label>
        </div>
        <table className={ui.table}>
          <caption className={ui.soft}>{t("policy.pauses")}</caption>
          <thead>
            <tr>
              <td />
              {CLOCKS.map((one) => (
                <th key={one} scope="col">
                  {t(`sla.clock.${one}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {REASONS.map((reason) => (
              <tr key={reason}>
                <th scope="row">{t(`pause.${reason}`)}</th>
                {CLOCKS.map((clock) => (
                  <td key={clock}>
                    <input
                      type="checkbox"
                      aria-label={`${t(`pause.${reason}`)}: ${t(`sla.clock.${clock}`)}`}
                      checked={stops(reason, clock)}
                      onChange={() => toggle(reason, clock)}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {write.isError && (
          <p className={ui.error} role="alert">
            {problemText(write.error)}
          </p>
        )}
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={write.isPending}>
            {t("promise.save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
