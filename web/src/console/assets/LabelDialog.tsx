import { useEffect, useState } from "react";
import { postFile } from "../../shared/api/client";
import { getLang, t } from "../../shared/i18n";
import { Refusal, ui } from "../../shared/ui/parts";
import { type Field, Fields, type Values } from "../kit";
import { Modal } from "../Modal";
import { useWrite } from "../useWrite";
import { ASSETS, type Asset } from "./api";

/** Sizes of labels and how many of them are on a sheet. */
const SIZES: Readonly<Record<string, number>> = {
  "38x21": 65,
  "64x34": 24,
  "70x37": 24,
  "99x68": 8,
  "105x148": 4,
};

/** Sheets of labels as a PDF to open or save. */
export function LabelDialog({ rows, onClose }: { rows: readonly Pick<Asset, "id">[]; onClose: () => void }) {
  const [values, setValues] = useState<Values>({ size: "70x37", locale: getLang(), skip: 0 });
  const [file, setFile] = useState<string | null>(null);
  const write = useWrite(
    () => postFile(`${ASSETS}/labels`, { ...values, asset_ids: rows.slice(0, 500).map((one) => one.id) }),
    [],
    (blob) => setFile(URL.createObjectURL(blob)),
  );
  useEffect(() => () => (file ? URL.revokeObjectURL(file) : undefined), [file]);
  const fields: Field[] = [
    {
      kind: "choice",
      name: "size",
      label: t("asset.size"),
      required: true,
      across: true,
      options: Object.entries(SIZES).map(([size, n]) => [size, t("asset.sizeOf", { size, n })] as const),
    },
    {
      kind: "choice",
      name: "locale",
      label: t("asset.language"),
      required: true,
      options: [
        ["zh", "\u4e2d\u6587"],
        ["en", "English"],
      ],
    },
    { kind: "number", name: "skip", label: t("asset.skip"), min: 0, max: 64, required: true },
  ];
  return (
    <Modal title={t("asset.print")} onClose={onClose}>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate(undefined);
        }}
      >
        <p className={ui.soft}>{t("asset.printLead", { n: Math.min(rows.length, 500) })}</p>
        <Fields
          fields={fields}
          values={values}
          onChange={(next) => {
            setValues(next);
            setFile(null);
          }}
          error={write.error}
        />
        <Refusal error={write.error} />
        {file && (
          <p role="status">
            <a href={file} target="_blank" rel="noreferrer" download="labels.pdf">
              {t("asset.ready")}
            </a>
          </p>
        )}
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.close")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.primary}`}
            disabled={write.isPending || file !== null}
          >
            {t("asset.download")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
