import type { LimitKind } from "../../shared/api/fleet";
import type { Device } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { KINDS } from "./useLimits";

/** What a new limit is of; `device` is a name, looked up when it is sent. */
export interface Target {
  ofModel: boolean;
  device: string;
  model: string;
  metric: string;
  kind: LimitKind;
}

interface Props {
  target: Target;
  onChange: (part: Partial<Target>) => void;
  models: readonly string[];
  /** Devices whose names fit what was typed. */
  named: readonly Device[];
  metrics: readonly string[];
}

function OfDevice({ target, onChange, named }: Pick<Props, "target" | "onChange" | "named">) {
  return (
    <>
      <label className={ui.field}>
        <span>{t("limits.ofDevice")}</span>
        <input
          className={ui.input}
          list="limit-devices"
          required
          autoComplete="off"
          value={target.device}
          onChange={(event) => onChange({ device: event.target.value })}
        />
      </label>
      <datalist id="limit-devices">
        {named.map((one) => (
          <option key={one.id} value={one.name} />
        ))}
      </datalist>
    </>
  );
}

function OfModel({ target, onChange, models }: Pick<Props, "target" | "onChange" | "models">) {
  return (
    <label className={ui.field}>
      <span>{t("limits.ofModel")}</span>
      <select
        className={ui.input}
        value={target.model}
        onChange={(event) => onChange({ model: event.target.value })}
      >
        {models.map((one) => (
          <option key={one} value={one}>
            {code("model", one)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Of what a limit is, which never changes: device or model, metric, kind. */
export function LimitTarget({ target, onChange, models, named, metrics }: Props) {
  return (
    <>
      <label className={ui.field}>
        <span>{t("limits.target")}</span>
        <select
          className={ui.input}
          value={target.ofModel ? "model" : "device"}
          onChange={(event) => onChange({ ofModel: event.target.value === "model" })}
        >
          <option value="model">{t("limits.ofModel")}</option>
          <option value="device">{t("limits.ofDevice")}</option>
        </select>
      </label>
      {target.ofModel ? (
        <OfModel target={target} onChange={onChange} models={models} />
      ) : (
        <OfDevice target={target} onChange={onChange} named={named} />
      )}
      <label className={ui.field}>
        <span>{t("limits.metric")}</span>
        <input
          className={ui.input}
          list="limit-metrics"
          required
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          value={target.metric}
          onChange={(event) => onChange({ metric: event.target.value })}
        />
      </label>
      <datalist id="limit-metrics">
        {metrics.map((one) => (
          <option key={one} value={one}>
            {code("metric", one)}
          </option>
        ))}
      </datalist>
      <label className={ui.field}>
        <span>{t("limits.kind")}</span>
        <select
          className={ui.input}
          value={target.kind}
          onChange={(event) => onChange({ kind: event.target.value as LimitKind })}
        >
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(`limits.kind.${one}`)}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}
