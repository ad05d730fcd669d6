import { type FormEvent, useState } from "react";
import type { Criticality, Playbook, PlaybookTerms } from "../../shared/api/cases";
import { ApiProblem } from "../../shared/api/client";
import { code, t } from "../../shared/i18n";
import { codes } from "../../shared/i18n/codes";
import { problemText, Section, ui } from "../../shared/ui/parts";
import css from "../cases/cases.module.css";
import { NumberField, numbersOf } from "../policy/NumberField";
import { argsOf } from "./args";
import { DryRunPart } from "./DryRunPart";
import { useSavePlaybook } from "./usePlaybooks";

export const USUAL: PlaybookTerms = {
  name: "",
  model: "",
  failure_group: "",
  active: true,
  severity_at_most: 2,
  most_critical: "B",
  cold_start: false,
  command: "",
  args: {},
  command_seconds: 600,
  proof_samples: 120,
  proof_seconds: 3600,
  proof_limit_seconds: 14_400,
  rest_hours: 24,
};

const NUMBERS = [
  "command_seconds",
  "proof_samples",
  "proof_seconds",
  "proof_limit_seconds",
  "rest_hours",
] as const;
const BOUNDS: Record<(typeof NUMBERS)[number], [min: number, max: number]> = {
  command_seconds: [1, 86_400],
  proof_samples: [1, 100_000],
  proof_seconds: [1, 86_400],
  proof_limit_seconds: [2, 604_800],
  rest_hours: [0, 8760],
};

/** What a filled form says, or the text that tells what is not right with it. */
function termsOf(form: FormData): PlaybookTerms | "playbook.badArgs" | "playbook.limitLonger" {
  const args = argsOf(String(form.get("args") ?? ""));
  if (args === null) return "playbook.badArgs";
  const numbers = numbersOf(form, NUMBERS) as Record<(typeof NUMBERS)[number], number>;
  if (numbers.proof_limit_seconds <= numbers.proof_seconds) return "playbook.limitLonger";
  const said = (name: string) => String(form.get(name) ?? "").trim();
  return {
    ...numbers,
    name: said("name"),
    model: said("model"),
    failure_group: said("failure_group"),
    active: form.has("active"),
    severity_at_most: Number(form.get("severity_at_most")),
    most_critical: said("most_critical") as Criticality,
    cold_start: form.has("cold_start"),
    command: said("command"),
    args,
  };
}

function Word({ name, value, label, list }: { name: string; value: string; label: string; list?: string }) {
  return (
    <label className={ui.field}>
      <span>{label}</span>
      <input className={ui.input} name={name} defaultValue={value} list={list} required maxLength={100} />
    </label>
  );
}

function Known({ id, family }: { id: string; family: string }) {
  return (
    <datalist id={id}>
      {Object.keys(codes[family] ?? {}).map((one) => (
        <option key={one} value={one}>
          {code(family, one)}
        </option>
      ))}
    </datalist>
  );
}

function Fields({ terms }: { terms: PlaybookTerms }) {
  const whole = (name: (typeof NUMBERS)[number]) => (
    <NumberField
      label={t(`playbook.${name}`)}
      name={name}
      value={terms[name]}
      min={BOUNDS[name][0]}
      max={BOUNDS[name][1]}
    />
  );
  return (
    <>
      <Section title={t("playbook.for")}>
        <div className={css.fields}>
          <Word name="name" value={terms.name} label={t("playbook.name")} />
          <Word name="model" value={terms.model} label={t("device.model")} list="known-models" />
          <Word
            name="failure_group"
            value={terms.failure_group}
            label={t("case.group")}
            list="known-groups"
          />
          <Known id="known-models" family="model" />
          <Known id="known-groups" family="failure_group" />
          <label className={css.check}>
            <input type="checkbox" name="active" defaultChecked={terms.active} />
            {t("playbook.active")}
          </label>
        </div>
      </Section>
      <Section title={t("playbook.condition")}>
        <div className={css.fields}>
          <label className={ui.field}>
            <span>{t("playbook.severity_at_most")}</span>
            <select className={ui.input} name="severity_at_most" defaultValue={terms.severity_at_most}>
              {[1, 2, 3, 4].map((one) => (
                <option key={one} value={one}>
                  {code("severity", one)}
                </option>
              ))}
            </select>
          </label>
          <label className={ui.field}>
            <span>{t("playbook.most_critical")}</span>
            <select className={ui.input} name="most_critical" defaultValue={terms.most_critical}>
              {["A", "B", "C"].map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          </label>
          {whole("rest_hours")}
          <label className={css.check}>
            <input type="checkbox" name="cold_start" defaultChecked={terms.cold_start} />
            {t("playbook.cold_start")}
          </label>
        </div>
      </Section>
      <Section title={t("playbook.commandPart")}>
        <div className={css.fields}>
          <label className={ui.field}>
            <span>{t("playbook.command")}</span>
            <input
              className={ui.input}
              name="command"
              defaultValue={terms.command}
              required
              pattern="[a-z][a-z0-9_]{0,63}"
              title={t("playbook.commandHint")}
            />
            <span>{t("playbook.commandHint")}</span>
          </label>
          {whole("command_seconds")}
          <label className={`${ui.field} ${css.whole}`}>
            <span>{t("playbook.args")}</span>
            <textarea
              className={`${ui.input} ${ui.mono}`}
              name="args"
              rows={3}
              defaultValue={JSON.stringify(terms.args, null, 1)}
            />
          </label>
        </div>
      </Section>
      <Section title={t("playbook.proof")}>
        <div className={css.fields}>
          {whole("proof_samples")}
          {whole("proof_seconds")}
          {whole("proof_limit_seconds")}
        </div>
      </Section>
    </>
  );
}

interface Props {
  known: Playbook | null;
  onSaved: (saved: Playbook) => void;
  onCancel: () => void;
}

/** Write a playbook: condition, command, proof; tried on past cases before it is saved. */
export function PlaybookForm({ known, onSaved, onCancel }: Props) {
  const save = useSavePlaybook(known, onSaved);
  const [wrong, setWrong] = useState<"playbook.badArgs" | "playbook.limitLonger" | null>(null);
  const [drafted, setDrafted] = useState<PlaybookTerms>(known ?? USUAL);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const terms = termsOf(new FormData(event.currentTarget));
    setWrong(typeof terms === "string" ? terms : null);
    if (typeof terms !== "string") save.mutate(terms);
  };
  const read = (event: FormEvent<HTMLFormElement>) => {
    const terms = termsOf(new FormData(event.currentTarget));
    if (typeof terms !== "string") setDrafted(terms);
  };
  const stale = known && save.error instanceof ApiProblem && save.error.status === 409;
  return (
    <>
      <form onSubmit={submit} onChange={read} aria-label={t(known ? "playbook.edit" : "playbook.new")}>
        <Fields terms={known ?? USUAL} />
        <div className={css.buttons}>
          <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={save.isPending}>
            {t(known ? "playbook.save" : "playbook.create")}
          </button>
          <button type="button" className={ui.button} onClick={onCancel}>
            {t("app.cancel")}
          </button>
        </div>
        {(wrong || save.isError) && (
          <p className={`${ui.error} ${css.lead}`} role="alert">
            {wrong ? t(wrong) : stale ? t("playbook.stale") : problemText(save.error)}
          </p>
        )}
      </form>
      <DryRunPart terms={drafted} />
    </>
  );
}
