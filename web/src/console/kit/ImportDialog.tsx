import { useState } from "react";
import { sendFile, withQuery } from "../../shared/api/client";
import { t, useLang } from "../../shared/i18n";
import { Refusal, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import { useWrite } from "../useWrite";
import css from "./kit.module.css";

export interface ImportReport {
  dry_run: boolean;
  applied: boolean;
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  problems: { row: number; column: string | null; text: string }[];
}

interface Props {
  title: string;
  /** Takes the bytes by POST with `dry_run` and `take_good_rows`, and answers with a report. */
  path: string;
  /** What is fetched again afterwards. */
  keys: readonly (readonly unknown[])[];
  lead?: string;
  onClose: () => void;
}

function Told({ report }: { report: ImportReport }) {
  return (
    <>
      <p role="status">
        {report.applied && <strong>{t("kit.imported")} </strong>}
        {t("kit.importCounts", {
          rows: report.rows,
          created: report.created,
          updated: report.updated,
          unchanged: report.unchanged,
          failed: report.failed,
        })}
      </p>
      {report.problems.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
        <div className={ui.tableWrap} tabIndex={0} role="region" aria-label={t("kit.rowProblems")}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th>{t("kit.row")}</th>
                <th>{t("kit.column")}</th>
                <th>{t("kit.problem")}</th>
              </tr>
            </thead>
            <tbody>
              {report.problems.map((one) => (
                <tr key={`${one.row} ${one.column} ${one.text}`}>
                  <td className={ui.num}>{one.row}</td>
                  <td>{one.column ?? t("app.none")}</td>
                  <td>{one.text}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** A file of rows: tried first, told row by row, then taken. */
export function ImportDialog({ title, path, keys, lead, onClose }: Props) {
  const [file, setFile] = useState<File | null>(null);
  const [goodOnly, setGoodOnly] = useState(false);
  const [report, setReport] = useState<ImportReport | null>(null);
  const write = useWrite(
    ({ dry }: { dry: boolean }) =>
      sendFile<ImportReport>(
        withQuery(path, { dry_run: String(dry), take_good_rows: String(goodOnly) }),
        file ?? new Blob(),
      ),
    keys,
    setReport,
  );
  const good = report ? report.created + report.updated : 0;
  const mayTake = report?.dry_run === true && good > 0 && (report.failed === 0 || goodOnly);
  return (
    <Modal title={title} onClose={onClose} wide>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate({ dry: !mayTake });
        }}
      >
        <p className={ui.soft}>{lead ?? t("kit.importLead")}</p>
        <label className={ui.field}>
          <span>{t("kit.file")}</span>
          <input
            type="file"
            className={ui.input}
            accept=".csv,.xlsx,text/csv"
            required
            onChange={(event) => {
              setFile(event.target.files?.[0] ?? null);
              setReport(null);
            }}
          />
        </label>
        {report !== null && report.failed > 0 && !report.applied && (
          <label className={css.check}>
            <input
              type="checkbox"
              checked={goodOnly}
              onChange={(event) => setGoodOnly(event.target.checked)}
            />
            <span>{t("kit.goodRowsOnly")}</span>
          </label>
        )}
        <Refusal error={write.error} />
        {report && <Told report={report} />}
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.close")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.primary}`}
            disabled={!file || write.isPending || report?.applied === true}
          >
            {mayTake ? t("kit.takeRows", { n: good }) : t("kit.tryImport")}
          </button>
        </div>
      </form>
    </Modal>
  );
}

/** The same table as files to take away. */
export function ExportLinks({ path, query = {} }: { path: string; query?: Record<string, string> }) {
  const locale = useLang();
  return (
    <span className={css.exports}>
      {(["xlsx", "csv"] as const).map((format) => (
        <a key={format} className={ui.button} href={withQuery(path, { ...query, format, locale })} download>
          {format.toUpperCase()}
        </a>
      ))}
    </span>
  );
}
