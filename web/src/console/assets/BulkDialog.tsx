import { useState } from "react";
import { post } from "../../shared/api/client";
import { getLang, t } from "../../shared/i18n";
import { Refusal, ui } from "../../shared/ui/parts";
import { type Field, Fields, type Values } from "../kit";
import { Modal } from "../Modal";
import { useWrite } from "../useWrite";
import { ASSETS, type Asset, CRITICALITIES, useClasses } from "./api";

interface Line {
  asset_id: string;
  changed: boolean;
  text: string | null;
}

/** The same change for many assets; what is refused for one is told, the others are changed. */
export function BulkDialog({ rows, onClose }: { rows: readonly Asset[]; onClose: () => void }) {
  const classes = useClasses().data?.items ?? [];
  const [values, setValues] = useState<Values>({});
  const [told, setTold] = useState<readonly Line[] | null>(null);
  const changes = Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== null && value !== ""),
  );
  const write = useWrite(
    () =>
      post<{ results: Line[] }>(`${ASSETS}/bulk`, {
        asset_ids: rows.slice(0, 200).map((one) => one.id),
        changes,
      }),
    [[ASSETS], ["asset"]],
    (answer) => setTold(answer.results),
  );
  const fields: Field[] = [
    {
      kind: "choice",
      name: "criticality",
      label: t("asset.criticality"),
      options: CRITICALITIES.map((one) => [one, one] as const),
    },
    {
      kind: "choice",
      name: "class_code",
      label: t("asset.class"),
      options: classes.map((one) => [one.code, getLang() === "zh" ? one.name_zh : one.name_en] as const),
    },
    { name: "maker", label: t("asset.maker") },
    { name: "model", label: t("asset.model") },
    { kind: "date", name: "installed_on", label: t("asset.installedOn") },
  ];
  const failed = told?.filter((one) => !one.changed) ?? [];
  const numbers = new Map(rows.map((one) => [one.id, one.asset_no]));
  return (
    <Modal title={t("asset.bulk")} onClose={onClose}>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate(undefined);
        }}
      >
        <p className={ui.soft}>{t("asset.bulkLead", { n: Math.min(rows.length, 200) })}</p>
        {told === null && <Fields fields={fields} values={values} onChange={setValues} error={write.error} />}
        <Refusal error={write.error} />
        {told && (
          <div role="status">
            <p>{t("asset.bulkDone", { done: told.length - failed.length, failed: failed.length })}</p>
            <ul>
              {failed.map((one) => (
                <li key={one.asset_id}>
                  {numbers.get(one.asset_id)}: {one.text}
                </li>
              ))}
            </ul>
          </div>
        )}
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {told ? t("app.close") : t("app.cancel")}
          </button>
          {told === null && (
            <button
              type="submit"
              className={`${ui.button} ${ui.primary}`}
              disabled={write.isPending || Object.keys(changes).length === 0}
            >
              {t("kit.save")}
            </button>
          )}
        </div>
      </form>
    </Modal>
  );
}
