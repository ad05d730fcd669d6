import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { get } from "../../shared/api/client";
import type { Limit, Terms } from "../../shared/api/fleet";
import type { Device, Page } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { Refusal, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import { LimitTarget, type Target } from "./LimitTarget";
import { type Draft, LimitTerms } from "./LimitTerms";
import css from "./limits.module.css";
import { Preview } from "./Preview";
import { targetName, termsOf, useChangeLimit, useCreateLimit } from "./useLimits";

interface Props {
  /** The limit to be changed; null for a new one. */
  limit: Limit | null;
  /** The device whose page this is; the limit is of it, or of its model. */
  device?: Device;
  models: readonly string[];
  onClose: () => void;
}

const NEW: Draft = {
  value: "",
  for_seconds: 300,
  clear_seconds: 300,
  hysteresis: "0",
  horizon_hours: "24",
  severity: 2,
  failure_group: "limit",
  enabled: true,
};

function draftOf(limit: Limit): Draft {
  const { value, hysteresis, horizon_hours, ...rest } = termsOf(limit);
  const text = (number: number | null) => (number === null ? "" : String(number));
  return { ...rest, value: text(value), hysteresis: text(hysteresis), horizon_hours: text(horizon_hours) };
}

function termsFrom(draft: Draft, kind: Limit["kind"]): Terms {
  return {
    ...draft,
    value: Number(draft.value),
    hysteresis: Number(draft.hysteresis),
    horizon_hours: kind === "forecast" ? Number(draft.horizon_hours) : null,
  };
}

/** Devices that fit a name, or those of a model, of which one stands for it in the preview. */
function useDevices(query: { q?: string; model?: string }, enabled: boolean): readonly Device[] {
  const found = useQuery({
    queryKey: ["devices", "of", query],
    queryFn: ({ signal }) => get<Page<Device>>("/api/v1/devices", { ...query, limit: 20 }, signal),
    enabled,
    staleTime: 60_000,
  });
  return found.data?.items ?? [];
}

/** A limit's form: of what, which kind, how patient; below it what the last days would have said. */
export function LimitDialog({ limit, device, models, onClose }: Props) {
  const [target, setTarget] = useState<Target>({
    ofModel: limit ? limit.device_id === null : !device,
    device: limit?.device_name ?? device?.name ?? "",
    model: limit?.model ?? device?.model ?? models[0] ?? "",
    metric: limit?.metric ?? "",
    kind: limit?.kind ?? "above",
  });
  const [draft, setDraft] = useState(limit ? draftOf(limit) : NEW);
  const [unknown, setUnknown] = useState(false);
  const { ofModel, model, metric, kind } = target;
  const q = useDeferredValue(target.device.trim());
  const named = useDevices({ q }, !ofModel && q !== "" && device?.name !== q);
  const alike = useDevices({ model }, ofModel && model !== "" && device?.model !== model);
  const own = device?.name === q ? device : named.find((one) => one.name === q);
  const sample = ofModel ? (device?.model === model ? device : alike[0]) : own;
  const create = useCreateLimit(onClose);
  const change = useChangeLimit(onClose);

  const send = () => {
    const terms = termsFrom(draft, kind);
    setUnknown(!limit && !ofModel && !own);
    if (limit) change.mutate({ limit, terms });
    else if (ofModel) create.mutate({ ...terms, model, metric: metric.trim(), kind });
    else if (own) create.mutate({ ...terms, device_id: own.id, metric: metric.trim(), kind });
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
            <LimitTarget
              target={target}
              onChange={(part) => setTarget({ ...target, ...part })}
              models={models}
              named={named}
              metrics={Object.keys(sample?.last_values ?? {})}
            />
          )}
          <LimitTerms kind={kind} draft={draft} onChange={(part) => setDraft({ ...draft, ...part })} />
        </div>
        <Preview
          deviceId={limit?.device_id ?? sample?.id ?? null}
          name={limit?.device_name ?? sample?.name ?? ""}
          metric={metric.trim()}
          kind={kind}
          value={draft.value.trim() === "" ? Number.NaN : Number(draft.value)}
        />
        {unknown && (
          <p className={ui.error} role="alert">
            {t("limits.unknownDevice")}
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
