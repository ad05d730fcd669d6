import { useState } from "react";
import { label, t } from "../../shared/i18n";
import { problemText, ui } from "../../shared/ui/parts";
import { Picker } from "../kit";
import { Modal } from "../Modal";
import {
  ACTIONS,
  type Calendar,
  CLOCKS,
  type ClockKind,
  type Ladder,
  type Step,
  type StepAction,
  useWriteTerms,
} from "./api";
import css from "./sla.module.css";

const ROLES = [
  "dispatcher",
  "supervisor",
  "admin",
  "agent",
  "warehouse",
  "asset_manager",
  "auditor",
  "technician",
];
const BASES = ["percent", "before", "after"] as const;
type Basis = (typeof BASES)[number];
const FIRST: Step = {
  clock: "restore",
  percent: 75,
  minutes: null,
  action: "notify_role",
  role: "dispatcher",
  user_id: null,
  queue: null,
  in_service_hours: false,
};

function basisOf(step: Step): Basis {
  if (step.percent !== null) return "percent";
  return (step.minutes ?? 0) < 0 ? "before" : "after";
}

function at(basis: Basis, value: number): Pick<Step, "percent" | "minutes"> {
  if (basis === "percent") return { percent: Math.max(value, 1), minutes: null };
  return { percent: null, minutes: basis === "before" ? -value : value };
}

function doing(action: StepAction, step: Step): Partial<Step> {
  return {
    action,
    role: action === "notify_role" ? (step.role ?? "dispatcher") : null,
    user_id: action === "notify_user" ? (step.user_id ?? "") : null,
    queue: action === "set_queue" ? (step.queue ?? "") : null,
  };
}

function StepFields({ step, onChange }: { step: Step; onChange: (part: Partial<Step>) => void }) {
  const basis = basisOf(step);
  const value = Math.abs(step.percent ?? step.minutes ?? 0);
  return (
    <>
      <label>
        {t("watch.clock")}
        <select
          className={ui.input}
          value={step.clock}
          onChange={(event) => onChange({ clock: event.target.value as ClockKind })}
        >
          {CLOCKS.map((one) => (
            <option key={one} value={one}>
              {t(`sla.clock.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("ladder.when")}
        <input
          className={ui.input}
          type="number"
          required
          min={basis === "percent" ? 1 : 0}
          max={basis === "percent" ? 300 : 43200}
          value={value}
          onChange={(event) => onChange(at(basis, Number(event.target.value)))}
        />
      </label>
      <label>
        <span className={ui.hidden}>{t("ladder.when")}</span>
        <select
          className={ui.input}
          value={basis}
          onChange={(event) => onChange(at(event.target.value as Basis, value))}
        >
          {BASES.map((one) => (
            <option key={one} value={one}>
              {t(`ladder.basis.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("ladder.action")}
        <select
          className={ui.input}
          value={step.action}
          onChange={(event) => onChange(doing(event.target.value as StepAction, step))}
        >
          {ACTIONS.map((one) => (
            <option key={one} value={one}>
              {t(`ladder.action.${one}`)}
            </option>
          ))}
        </select>
      </label>
      {step.action === "notify_role" && (
        <label>
          {t("ladder.target")}
          <select
            className={ui.input}
            value={step.role ?? ""}
            onChange={(event) => onChange({ role: event.target.value })}
          >
            {ROLES.map((one) => (
              <option key={one} value={one}>
                {label("role", one)}
              </option>
            ))}
          </select>
        </label>
      )}
      {step.action === "notify_user" && (
        <div className={css.asked}>
          <span aria-hidden="true">{t("ladder.target")}</span>
          <Picker
            of="user"
            label={t("ladder.target")}
            required
            value={step.user_id || null}
            onChange={(id) => onChange({ user_id: id ?? "" })}
          />
        </div>
      )}
      {step.action === "set_queue" && (
        <label>
          {t("ladder.target")}
          <input
            className={ui.input}
            required
            maxLength={64}
            value={step.queue ?? ""}
            onChange={(event) => onChange({ queue: event.target.value })}
          />
        </label>
      )}
      <label className={css.check}>
        <input
          type="checkbox"
          checked={step.in_service_hours}
          onChange={(event) => onChange({ in_service_hours: event.target.checked })}
        />
        {t("ladder.inHours")}
      </label>
    </>
  );
}

/** Write a ladder: its name, its service hours, its steps in order. */
export function LadderDialog({
  ladder,
  calendars,
  onClose,
}: {
  ladder: Ladder | null;
  calendars: readonly Calendar[];
  onClose: () => void;
}) {
  const [name, setName] = useState(ladder?.name ?? "");
  const [hours, setHours] = useState(ladder?.calendar_id ?? "");
  const [steps, setSteps] = useState<readonly Step[]>(ladder?.steps ?? [FIRST]);
  const write = useWriteTerms(onClose);
  const change = (place: number, part: Partial<Step>) =>
    setSteps(steps.map((step, number) => (number === place ? { ...step, ...part } : step)));
  return (
    <Modal title={ladder ? t("promise.editOf", { name: ladder.name }) : t("ladder.new")} onClose={onClose}>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          const sent = steps.map(
            ({ clock, percent, minutes, action, role, user_id, queue, in_service_hours }) => ({
              clock,
              percent,
              minutes,
              action,
              role,
              user_id,
              queue,
              in_service_hours,
            }),
          );
          const body = { name: name.trim(), calendar_id: hours || null, steps: sent };
          if (ladder) {
            write.mutate({
              method: "PUT",
              path: `ladders/${ladder.id}`,
              body: { ...body, version: ladder.version },
            });
          } else write.mutate({ method: "POST", path: "ladders", body });
        }}
      >
        <div className={css.grid}>
          <label>
            {t("promise.name")}
            <input
              className={ui.input}
              required
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
          <label>
            {t("ladder.hours")}
            <select className={ui.input} value={hours} onChange={(event) => setHours(event.target.value)}>
              <option value="">{t("ladder.anyHour")}</option>
              {calendars.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
          </label>
        </div>
        {steps.map((step, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other name than their place
          <fieldset key={place} className={`${css.step} ${css.grid}`}>
            <legend>{t("ladder.stepOf", { n: place + 1 })}</legend>
            <StepFields step={step} onChange={(part) => change(place, part)} />
            <button
              type="button"
              className={ui.button}
              disabled={steps.length === 1}
              aria-label={t("promise.removeOf", { name: t("ladder.stepOf", { n: place + 1 }) })}
              onClick={() => setSteps(steps.filter((_, number) => number !== place))}
            >
              {t("promise.remove")}
            </button>
          </fieldset>
        ))}
        <button
          type="button"
          className={ui.button}
          disabled={steps.length >= 30}
          onClick={() => setSteps([...steps, FIRST])}
        >
          {t("ladder.addStep")}
        </button>
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
