import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { get } from "../../shared/api/client";
import type { Limit, LimitKind } from "../../shared/api/fleet";
import type { Device, Page } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { codes } from "../../shared/i18n/codes";
import { Refusal, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import css from "./limits.module.css";
import { Preview } from "./Preview";
import { SpanField } from "./SpanField";
import { isRate, KINDS, targetName, termsOf, useChangeLimit, useCreateLimit, type Wish } from "./useLimits";

interface Props {
  /** The limit to be changed; null for a new one. */
  limit: Limit | null;
  /** The device whose page this is; the limit is of it, or of its model. */
  device?: Device;
  models: readonly string[];
  onClose: () => void;
}

const SEVERITIES = [1, 2, 3, 4];
const FIRST = { value: 0, for_seconds: 300, clear_seconds: 300, hysteresis: 0, horizon_hours: null };
const NEW = { ...FIRST, severity: 2, failure_group: "limit", enabled: true };

/** Devices that fit a name, or the first of a model: one stands for it in the preview. */
function useDevices(query: { q?: string; model?: string }, enabled: boolean) {
  return useQuery({
    queryKey: ["devices", "of", query],
    queryFn: ({ signal }) => get<Page<Device>>("/api/v1/devices", { ...query, limit: 20 }, signal),
    enabled,
    staleTime: 60_000,
  });
}

/** A limit's form: of what, which kind, how patient; below it what the last days would have said. */
export function LimitDialog({ limit, device, models, onClose }: Props) {
  const [ofModel, setOfModel] = useState(limit ? limit.device_id === null : !device);
  const [name, setName] = useState(limit?.device_name ?? device?.name ?? "");
  const [model, setModel] = useState(limit?.model ?? device?.model ?? models[0] ?? "");
  const [metric, setMetric] = useState(limit?.metric ?? "");
  const [kind, setKind] = useState<LimitKind>(limit?.kind ?? "above");
  const [terms, setTerms] = useState(limit ? termsOf(limit) : NEW);
  const [value, setValue] = useState(limit ? String(limit.value) : "");
  const [fault, setFault] = useState<string | null>(null);
  const q = useDeferredValue(name.trim());
  const named = useDevices({ q }, !ofModel && q !== "" && device?.name !== q);
  const alike = useDevices({ model }, ofModel && model !== "" && device?.model !== model);
  const own = named.data?.items.find((one) => one.name === q) ?? (device?.name === q ? device : undefined);
  const sample = ofModel ? (device?.model === model ? device : alike.data?.items[0]) : own;
  const create = useCreateLimit(onClose);
  const change = useChangeLimit(onClose);
  const set = (part: Partial<typeof terms>) => setTerms((old) => ({ ...old, ...part }));
  const setNumber = (part: "hysteresis" | "horizon_hours", text: string) =>
    set({ [part]: text === "" && part === "horizon_hours" ? null : Number(text) });
  const limitValue = value.trim() === "" ? Number.NaN : Number(value);

  const send = () => {
    if (!Number.isFinite(limitValue)) return setFault(t("form.number"));
    if (!limit && !ofModel && !own) return setFault(t("limits.unknownDevice"));
    setFault(null);
    const whole = {
      ...terms,
      value: limitValue,
      horizon_hours: kind === "forecast" ? (terms.horizon_hours ?? 24) : null,
    };
    if (limit) return change.mutate({ limit, terms: whole });
    const target: Partial<Wish> = ofModel ? { model } : { device_id: own?.id ?? "" };
    create.mutate({ ...whole, ...target, metric: metric.trim(), kind });
  };

  return (
    <Modal title={limit ? t("limits.edit") : t("limits.create")} onClose={onClose} wide>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <div className={css.form}>
          {limit ? (
            <p className={css.across}>
              {targetName(limit)}, {code("metric", limit.metric)}, {t(`limits.kind.${limit.kind}`)}
            </p>
          ) : (
            <>
              <label className={ui.field}>
                <span>{t("limits.target")}</span>
                <select
                  className={ui.input}
                  value={ofModel ? "model" : "device"}
                  onChange={(event) => setOfModel(event.target.value === "model")}
                >
                  <option value="model">{t("limits.ofModel")}</option>
                  <option value="device">{t("limits.ofDevice")}</option>
                </select>
              </label>
              {ofModel ? (
                <label className={ui.field}>
                  <span>{t("limits.ofModel")}</span>
                  <select
                    className={ui.input}
                    value={model}
                    onChange={(event) => setModel(event.target.value)}
                  >
                    {models.map((one) => (
                      <option key={one} value={one}>
                        {code("model", one)}
                      </option>
                    ))}
                  </select>
                </label>
              ) : (
                <label className={ui.field}>
                  <span>{t("limits.ofDevice")}</span>
                  <input
                    className={ui.input}
                    list="limit-devices"
                    required
                    autoComplete="off"
                    value={name}
                    onChange={(event) => setName(event.target.value)}
                  />
                </label>
              )}
              <datalist id="limit-devices">
                {named.data?.items.map((one) => (
                  <option key={one.id} value={one.name} />
                ))}
              </datalist>
              <label className={ui.field}>
                <span>{t("limits.metric")}</span>
                <input
                  className={ui.input}
                  list="limit-metrics"
                  required
                  maxLength={200}
                  autoComplete="off"
                  spellCheck={false}
                  value={metric}
                  onChange={(event) => setMetric(event.target.value)}
                />
              </label>
              <datalist id="limit-metrics">
                {Object.keys(sample?.last_values ?? {}).map((one) => (
                  <option key={one} value={one}>
                    {code("metric", one)}
                  </option>
                ))}
              </datalist>
              <label className={ui.field}>
                <span>{t("limits.kind")}</span>
                <select
                  className={ui.input}
                  value={kind}
                  onChange={(event) => setKind(event.target.value as LimitKind)}
                >
                  {KINDS.map((one) => (
                    <option key={one} value={one}>
                      {t(`limits.kind.${one}`)}
                    </option>
                  ))}
                </select>
              </label>
            </>
          )}
          <label className={ui.field}>
            <span>{isRate(kind) ? t("limits.perHour") : t("limits.value")}</span>
            <input
              type="number"
              step="any"
              required
              className={ui.input}
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          </label>
          {kind === "forecast" && (
            <label className={ui.field}>
              <span>{t("limits.horizon")}</span>
              <input
                type="number"
                min={1}
                max={2160}
                required
                className={ui.input}
                value={terms.horizon_hours ?? 24}
                onChange={(event) => setNumber("horizon_hours", event.target.value)}
              />
            </label>
          )}
          <SpanField
            name={t("limits.for")}
            hint={t("limits.forHint")}
            seconds={terms.for_seconds}
            onChange={(seconds) => set({ for_seconds: seconds })}
          />
          <SpanField
            name={t("limits.clear")}
            hint={t("limits.clearHint")}
            seconds={terms.clear_seconds}
            onChange={(seconds) => set({ clear_seconds: seconds })}
          />
          <label className={ui.field}>
            <span>{kind === "forecast" ? t("limits.hysteresisHours") : t("limits.hysteresis")}</span>
            <input
              type="number"
              step="any"
              min={0}
              required
              className={ui.input}
              value={terms.hysteresis}
              onChange={(event) => setNumber("hysteresis", event.target.value)}
            />
          </label>
          <label className={ui.field}>
            <span>{t("limits.severity")}</span>
            <select
              className={ui.input}
              value={terms.severity}
              onChange={(event) => set({ severity: Number(event.target.value) })}
            >
              {SEVERITIES.map((one) => (
                <option key={one} value={one}>
                  {code("severity", one)}
                </option>
              ))}
            </select>
          </label>
          <label className={ui.field}>
            <span>{t("limits.group")}</span>
            <input
              className={ui.input}
              list="limit-groups"
              required
              maxLength={64}
              pattern="[A-Za-z0-9][A-Za-z0-9._\/\-]*"
              autoComplete="off"
              value={terms.failure_group}
              onChange={(event) => set({ failure_group: event.target.value })}
            />
          </label>
          <datalist id="limit-groups">
            {Object.keys(codes.failure_group ?? {}).map((one) => (
              <option key={one} value={one}>
                {code("failure_group", one)}
              </option>
            ))}
          </datalist>
          <label className={css.switch}>
            <input
              type="checkbox"
              checked={terms.enabled}
              onChange={(event) => set({ enabled: event.target.checked })}
            />
            {t("limits.enabled")}
          </label>
        </div>
        <Preview
          deviceId={limit?.device_id ?? sample?.id ?? null}
          name={limit?.device_name ?? sample?.name ?? ""}
          metric={metric.trim()}
          kind={kind}
          value={limitValue}
        />
        {fault && (
          <p className={ui.error} role="alert">
            {fault}
          </p>
        )}
        <Refusal error={create.error ?? change.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.primary}`}
            disabled={create.isPending || change.isPending}
          >
            {t("form.save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
