import { useState } from "react";
import { put } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { uuid } from "../../shared/ids";
import { Refusal, ui } from "../../shared/ui/parts";
import { Picker } from "../kit";
import { Modal } from "../Modal";
import { useWrite } from "../useWrite";
import { assetPath, type Bom, keysOf } from "./api";
import css from "./assets.module.css";

interface Line {
  key: string;
  part_id: string | null;
  quantity: string;
  position: string;
}

/** All parts that an asset is built of, changed together. */
export function BomDialog({ id, bom, onClose }: { id: string; bom: Bom; onClose: () => void }) {
  const [lines, setLines] = useState<Line[]>(bom.lines.map((one) => ({ ...one, key: one.id })));
  const change = (key: string, to: Partial<Line>) =>
    setLines(lines.map((one) => (one.key === key ? { ...one, ...to } : one)));
  const write = useWrite(
    () =>
      put<Bom>(`${assetPath(id)}/bom`, {
        version: bom.version,
        lines: lines.map(({ part_id, quantity, position }) => ({ part_id, quantity, position })),
      }),
    keysOf(id),
    onClose,
  );
  return (
    <Modal title={t("asset.bomEdit")} onClose={onClose} wide>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate(undefined);
        }}
      >
        {lines.map((one) => (
          <div key={one.key} className={css.bomLine}>
            <Picker
              of="part"
              label={t("asset.part")}
              value={one.part_id}
              required
              onChange={(part_id) => change(one.key, { part_id })}
            />
            <input
              type="number"
              className={ui.input}
              aria-label={t("asset.quantity")}
              min={0.0001}
              step="any"
              required
              value={one.quantity}
              onChange={(event) => change(one.key, { quantity: event.target.value })}
            />
            <input
              className={ui.input}
              aria-label={t("asset.position")}
              placeholder={t("asset.position")}
              maxLength={200}
              value={one.position}
              onChange={(event) => change(one.key, { position: event.target.value })}
            />
            <button
              type="button"
              className={`${ui.button} ${ui.quiet}`}
              onClick={() => setLines(lines.filter((other) => other.key !== one.key))}
            >
              {t("asset.remove")}
            </button>
          </div>
        ))}
        <button
          type="button"
          className={ui.button}
          onClick={() => setLines([...lines, { key: uuid(), part_id: null, quantity: "1", position: "" }])}
        >
          {t("asset.addLine")}
        </button>
        <Refusal error={write.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={write.isPending}>
            {t("kit.save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
