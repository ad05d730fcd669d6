import { useDeferredValue, useEffect, useState } from "react";
import { t } from "../../shared/i18n";
import { dayOf } from "../../shared/time";
import { Refusal, Section, ui } from "../../shared/ui/parts";
import { type Field, Fields, type Values } from "../kit";
import { Modal } from "../Modal";
import { useWrite } from "../useWrite";
import {
  type Draft,
  FREQUENCIES,
  KEYS,
  type Level,
  type Plan,
  savePlan,
  useChecklists,
  useClasses,
  useDraftPreview,
  useRoutes,
} from "./api";
import { Dates } from "./Dates";
import { Levels } from "./Levels";
import css from "./maintenance.module.css";
import { Season } from "./Season";
import { type Beat, beatOf, ruleOf } from "./words";

const SCOPES = ["asset", "class", "site", "route"] as const;
const PAUSE = 400;

function scopeOf(plan: Plan): string {
  if (plan.route_id) return "route";
  if (plan.asset_id) return "asset";
  return plan.class_code ? "class" : "site";
}

function valuesOf(plan: Plan | null): Values {
  if (!plan) {
    return {
      scope: "asset",
      starts_on: dayOf(Date.now()),
      due_time: "09:00",
      frequency: "MONTHLY",
      interval: 3,
      combinator: "any",
      anchor: "floating",
      season: [],
      metric_minutes: 60,
      tolerance_days: 7,
      lead_days: 14,
      skill_level: 1,
      priority: 3,
      mute_device: true,
      levels: [{ every: 1, name: t("plan.level"), checklist_code: null, duration_minutes: 60, parts: [] }],
    };
  }
  const { frequency, interval, rule } = beatOf(plan.rule);
  return {
    ...plan,
    scope: scopeOf(plan),
    frequency,
    interval,
    rule,
    every: plan.every === null ? null : Number(plan.every),
    metric_minutes: plan.metric_seconds / 60,
  };
}

const text = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

/** What is sent of a form; null: something that every plan needs is missing. */
function draftOf(values: Values): Draft | null {
  const { scope } = values;
  const beat = {
    frequency: text(values.frequency) ?? "",
    interval: Number(values.interval ?? 1),
    rule: text(values.rule) ?? "",
  } as Beat;
  const wide = scope === "class" || scope === "site";
  const used = scope !== "route";
  const draft: Draft = {
    name: text(values.name) ?? "",
    asset_id: scope === "asset" ? text(values.asset_id) : null,
    class_code: scope === "class" ? text(values.class_code) : null,
    site_id: wide ? text(values.site_id) : null,
    route_id: scope === "route" ? text(values.route_id) : null,
    rule: ruleOf(beat),
    starts_on: text(values.starts_on) ?? "",
    due_time: text(values.due_time) ?? "09:00",
    meter: used ? text(values.meter) : null,
    every: used && values.meter ? text(values.every) : null,
    metric: used ? text(values.metric) : null,
    metric_limit: used && values.metric ? (values.metric_limit as Draft["metric_limit"]) : null,
    metric_value: used && values.metric ? (values.metric_value as number | null) : null,
    metric_seconds: 60 * Number(values.metric_minutes ?? 0),
    combinator: values.combinator as Draft["combinator"],
    anchor: values.anchor as Draft["anchor"],
    season: values.season as number[],
    tolerance_days: Number(values.tolerance_days ?? 0),
    lead_days: Number(values.lead_days ?? 0),
    summary: text(values.summary) ?? "",
    description: text(values.description) ?? "",
    skill: text(values.skill) ?? "",
    skill_level: Number(values.skill_level ?? 1),
    priority: Number(values.priority ?? 3),
    signature_required: values.signature_required === true,
    mute_device: values.mute_device === true,
    levels: values.levels as Level[],
  };
  const placed = draft.asset_id || draft.class_code || draft.site_id || draft.route_id;
  const due =
    draft.rule || draft.every || (draft.metric && draft.metric_limit && draft.metric_value !== null);
  return placed && due && draft.starts_on ? draft : null;
}

/** The draft as the preview needs it: what it does not count by is filled in. */
function counted(draft: Draft | null): Draft | null {
  if (!draft) return null;
  const levels = draft.levels.map((level) => ({ ...level, name: level.name || "?", parts: [] }));
  return { ...draft, name: "?", summary: "?", description: "", skill: "any", levels };
}

function useFields(): readonly Field[] {
  const classes = useClasses();
  const routes = (useRoutes().data?.items ?? []).map((one) => [one.id, one.name] as const);
  const is = (name: string, value: string) => (values: Values) => values[name] === value;
  const used = (values: Values) => values.scope !== "route";
  const metered = (values: Values) => used(values) && Boolean(values.meter);
  const watched = (values: Values) => used(values) && Boolean(values.metric);
  const beats = [
    ...FREQUENCIES.map((one) => [one, t(`plan.frequency.${one}`)] as const),
    ["own", t("plan.frequency.own")] as const,
  ];
  const regular = (values: Values) => Boolean(values.frequency) && values.frequency !== "own";
  return [
    { name: "name", label: t("plan.name"), required: true },
    {
      name: "scope",
      label: t("plan.scopeKind"),
      kind: "choice",
      required: true,
      options: SCOPES.map((one) => [one, t(`plan.scope.${one}`)] as const),
    },
    { name: "asset_id", label: t("plan.asset"), kind: "pick", of: "asset", shown: is("scope", "asset") },
    {
      name: "class_code",
      label: t("plan.class"),
      kind: "choice",
      options: classes,
      shown: is("scope", "class"),
    },
    {
      name: "site_id",
      label: t("plan.site"),
      kind: "pick",
      of: "site",
      shown: (values) => values.scope === "site" || values.scope === "class",
    },
    {
      name: "route_id",
      label: t("plan.route"),
      kind: "choice",
      options: routes,
      shown: is("scope", "route"),
    },
    { name: "frequency", label: t("plan.frequency"), kind: "choice", options: beats },
    { name: "interval", label: t("plan.interval"), kind: "number", min: 1, max: 400, shown: regular },
    { name: "rule", label: t("plan.rule"), shown: is("frequency", "own") },
    { name: "starts_on", label: t("plan.startsOn"), kind: "date", required: true },
    { name: "due_time", label: t("plan.dueTime"), kind: "time", required: true },
    { name: "meter", label: t("plan.meter"), maxLength: 64, shown: used },
    { name: "every", label: t("plan.every"), kind: "number", min: 1, step: "any", shown: metered },
    { name: "metric", label: t("plan.metric"), maxLength: 64, shown: used },
    {
      name: "metric_limit",
      label: t("plan.limit"),
      kind: "choice",
      options: [
        ["above", t("plan.limit.above")],
        ["below", t("plan.limit.below")],
      ],
      shown: watched,
    },
    { name: "metric_value", label: t("plan.value"), kind: "number", step: "any", shown: watched },
    { name: "metric_minutes", label: t("plan.holds"), kind: "number", min: 0, max: 10_080, shown: watched },
    {
      name: "combinator",
      label: t("plan.combinator"),
      kind: "choice",
      required: true,
      options: [
        ["any", t("plan.combinator.any")],
        ["all", t("plan.combinator.all")],
      ],
      shown: (values) => metered(values) || watched(values),
    },
    {
      name: "anchor",
      label: t("plan.anchor"),
      kind: "choice",
      required: true,
      options: [
        ["floating", t("plan.anchor.floating")],
        ["fixed", t("plan.anchor.fixed")],
      ],
    },
    { name: "tolerance_days", label: t("plan.tolerance"), kind: "number", min: 0, max: 365, required: true },
    { name: "lead_days", label: t("plan.lead"), kind: "number", min: 0, max: 365, required: true },
    {
      name: "season",
      label: t("plan.season"),
      kind: "own",
      draw: (value, set) => <Season months={value as number[]} onChange={set} />,
    },
    { name: "summary", label: t("plan.summary"), required: true, across: true },
    { name: "description", label: t("plan.description"), kind: "area", rows: 2 },
    { name: "skill", label: t("plan.skill"), required: true, maxLength: 64 },
    { name: "skill_level", label: t("plan.skillLevel"), kind: "number", min: 1, max: 3, required: true },
    { name: "priority", label: t("plan.priority"), kind: "number", min: 1, max: 4, required: true },
    { name: "signature_required", label: t("plan.signature"), kind: "check" },
    { name: "mute_device", label: t("plan.mute"), kind: "check", shown: used },
  ];
}

/** A value once it has not changed for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const wait = setTimeout(() => setSettled(value), PAUSE);
    return () => clearTimeout(wait);
  }, [value]);
  return settled;
}

/** A plan written, with the dates that follow beside it. */
export function PlanDialog({
  known,
  onDone,
  onClose,
}: {
  known: Plan | null;
  onDone?: (plan: Plan) => void;
  onClose: () => void;
}) {
  const [values, setValues] = useState(() => valuesOf(known));
  const fields = useFields();
  const checklists = useChecklists();
  const draft = draftOf(values);
  const asked = useSettled(JSON.stringify(counted(draft)));
  const preview = useDraftPreview(JSON.parse(useDeferredValue(asked)) as Draft | null);
  const write = useWrite(
    (wish: Draft) => savePlan(wish, known),
    KEYS,
    (plan) => {
      onDone?.(plan);
      onClose();
    },
  );
  const levels = values.levels as Level[];
  return (
    <Modal title={known ? known.name : t("plan.new")} onClose={onClose} wide>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          if (draft) write.mutate(draft);
        }}
      >
        <div className={css.editor}>
          <div className={ui.stack}>
            <Fields fields={fields} values={values} onChange={setValues} error={write.error} />
            <Section title={t("plan.levels")}>
              <Levels
                levels={levels}
                checklists={checklists}
                plain={values.scope === "route"}
                onChange={(next) => setValues({ ...values, levels: next })}
              />
            </Section>
          </div>
          <Section title={t("plan.preview")}>
            <Dates query={preview} levels={levels} asked={draft !== null} />
          </Section>
        </div>
        <Refusal error={write.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.primary}`}
            disabled={draft === null || write.isPending}
          >
            {t("kit.save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
