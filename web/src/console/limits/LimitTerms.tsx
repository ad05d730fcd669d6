import type { LimitKind, Terms } from "../../shared/api/fleet";
import { code, t } from "../../shared/i18n";
import { codes } from "../../shared/i18n/codes";
import { ui } from "../../shared/ui/parts";
import css from "./limits.module.css";
import { SpanField } from "./SpanField";
import { isRate } from "./useLimits";

/** The terms while they are typed: numbers as text, so that a field can be empty. */
export interface Draft extends Omit<Terms, "value" | "hysteresis" | "horizon_hours"> {
  value: string;
  hysteresis: string;
  horizon_hours: string;
}

interface Props {
  kind: LimitKind;
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

const SEVERITIES = [1, 2, 3, 4];

function NumberField({
  name,
  text,
  onChange,
  min,
  max,
}: {
  name: string;
  text: string;
  onChange: (text: string) => void;
  min?: number;
  max?: number;
}) {
  return (
    <label className={ui.field}>
      <span>{name}</span>
      <input
        type="number"
        step="any"
        min={min}
        max={max}
        required
        className={ui.input}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

function Group({ draft, onChange }: Pick<Props, "draft" | "onChange">) {
  return (
    <>
      <label className={ui.field}>
        <span>{t("limits.group")}</span>
        <input
          className={ui.input}
          list="limit-groups"
          required
          maxLength={64}
          pattern="[A-Za-z0-9][A-Za-z0-9._\/\-]*"
          autoComplete="off"
          value={draft.failure_group}
          onChange={(event) => onChange({ failure_group: event.target.value })}
        />
      </label>
      <datalist id="limit-groups">
        {Object.keys(codes.failure_group ?? {}).map((one) => (
          <option key={one} value={one}>
            {code("failure_group", one)}
          </option>
        ))}
      </datalist>
    </>
  );
}

/** The limit itself and how patiently it is held. */
export function LimitTerms({ kind, draft, onChange }: Props) {
  const forecast = kind === "forecast";
  return (
    <>
      <NumberField
        name={isRate(kind) ? t("limits.perHour") : t("limits.value")}
        text={draft.value}
        onChange={(value) => onChange({ value })}
      />
      {forecast && (
        <NumberField
          name={t("limits.horizon")}
          text={draft.horizon_hours}
          min={1}
          max={2160}
          onChange={(text) => onChange({ horizon_hours: text })}
        />
      )}
      <SpanField
        name={t("limits.for")}
        hint={t("limits.forHint")}
        seconds={draft.for_seconds}
        onChange={(seconds) => onChange({ for_seconds: seconds })}
      />
      <SpanField
        name={t("limits.clear")}
        hint={t("limits.clearHint")}
        seconds={draft.clear_seconds}
        onChange={(seconds) => onChange({ clear_seconds: seconds })}
      />
      <NumberField
        name={forecast ? t("limits.hysteresisHours") : t("limits.hysteresis")}
        text={draft.hysteresis}
        min={0}
        onChange={(text) => onChange({ hysteresis: text })}
      />
      <label className={ui.field}>
        <span>{t("limits.severity")}</span>
        <select
          className={ui.input}
          value={draft.severity}
          onChange={(event) => onChange({ severity: Number(event.target.value) })}
        >
          {SEVERITIES.map((one) => (
            <option key={one} value={one}>
              {code("severity", one)}
            </option>
          ))}
        </select>
      </label>
      <Group draft={draft} onChange={onChange} />
      <label className={css.switch}>
        <input
          type="checkbox"
          checked={draft.enabled}
          onChange={(event) => onChange({ enabled: event.target.checked })}
        />
        {t("limits.enabled")}
      </label>
    </>
  );
}
