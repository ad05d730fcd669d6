import { type FormEvent, useState } from "react";
import { post } from "../../shared/api/client";
import type { ClaimMade } from "../../shared/api/fleet";
import { code, t } from "../../shared/i18n";
import { Refusal, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import { useWrite } from "../useWrite";
import css from "./claims.module.css";

interface Wish {
  model: string;
  name_prefix: string | null;
  sampling_seconds: number;
  hours: number;
  uses: number;
  count: number;
}

const FIELDS = [
  { name: "sampling_seconds", key: "claims.interval", most: 86_400 },
  { name: "hours", key: "claims.hours", most: 2160 },
  { name: "count", key: "claims.count", most: 200 },
  { name: "uses", key: "claims.uses", most: 10_000 },
] as const;

interface Props {
  models: readonly string[];
  onMade: (made: readonly ClaimMade[]) => void;
  onClose: () => void;
}

/** One code, many codes, or one for many devices. */
export function ClaimDialog({ models, onMade, onClose }: Props) {
  const [wish, setWish] = useState<Wish>({
    model: models[0] ?? "",
    name_prefix: null,
    sampling_seconds: 60,
    hours: 72,
    uses: 1,
    count: 1,
  });
  const make = useWrite(
    (one: Wish) => post<ClaimMade[]>("/api/v1/device-claims/batch", one),
    [["claims"]],
    onMade,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(wish);
  };
  return (
    <Modal title={t("claims.create")} onClose={onClose}>
      <form className={ui.stack} onSubmit={submit}>
        <p className={ui.soft}>{t("claims.lead")}</p>
        <div className={css.form}>
          <label className={ui.field}>
            <span>{t("claims.model")}</span>
            <input
              className={ui.input}
              list="claim-models"
              required
              maxLength={64}
              pattern="[A-Za-z0-9_.\-]+"
              autoComplete="off"
              value={wish.model}
              onChange={(event) => setWish({ ...wish, model: event.target.value })}
            />
          </label>
          <datalist id="claim-models">
            {models.map((one) => (
              <option key={one} value={one}>
                {code("model", one)}
              </option>
            ))}
          </datalist>
          <label className={ui.field}>
            <span>{t("claims.prefix")}</span>
            <input
              className={ui.input}
              maxLength={40}
              pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
              autoComplete="off"
              placeholder={t("claims.prefixHint")}
              value={wish.name_prefix ?? ""}
              onChange={(event) => setWish({ ...wish, name_prefix: event.target.value || null })}
            />
          </label>
          {FIELDS.map(({ name, key, most }) => (
            <label key={name} className={ui.field}>
              <span>{t(key)}</span>
              <input
                type="number"
                className={ui.input}
                min={1}
                max={most}
                required
                value={wish[name] || ""}
                onChange={(event) => setWish({ ...wish, [name]: Number(event.target.value) })}
              />
            </label>
          ))}
        </div>
        <Refusal error={make.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={make.isPending}>
            {t("claims.create")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
