import { useState } from "react";
import type { SeriesLimit } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { number } from "../../shared/time";
import { Failure, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import { useLowerLimit } from "./usePrecision";

const STEPS = [1, 1.5, 2.25, 3.375];

/** Ask to what the limit of a series is to be lowered, and why. */
export function LowerDialog({ limit, onClose }: { limit: SeriesLimit; onClose: () => void }) {
  const [factor, setFactor] = useState(1);
  const [reason, setReason] = useState("");
  const lower = useLowerLimit(onClose);
  const name = `${limit.device_name}, ${code("metric", limit.metric)}`;
  return (
    <Modal title={t("precision.lowerOf", { name })} onClose={onClose}>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          lower.mutate({ device_id: limit.device_id, metric: limit.metric, factor, reason: reason.trim() });
        }}
      >
        <p>{t("precision.lowerText", { n: number(limit.factor) })}</p>
        <label>
          {t("precision.factor")}{" "}
          <select
            className={ui.input}
            value={factor}
            onChange={(event) => setFactor(Number(event.target.value))}
          >
            {STEPS.filter((one) => one < limit.factor).map((one) => (
              <option key={one} value={one}>
                {number(one, 3)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("precision.reason")}{" "}
          <input
            className={ui.input}
            required
            maxLength={200}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        {lower.isError && <Failure error={lower.error} />}
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.primary}`}
            disabled={lower.isPending || reason.trim() === ""}
          >
            {t("precision.lower")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
