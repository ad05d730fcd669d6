import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { code, t } from "../../shared/i18n";
import { Refusal, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import { select } from "../route";
import { type Change, type Outcome, takeBack, useAnew } from "./api";
import css from "./orderlist.module.css";

interface Props {
  changes: Change[];
  /** What became of it after it was taken back. */
  onChange: (changes: Change[]) => void;
  onClose: () => void;
}

const problemOf = ({ problem, undone }: Outcome) => problem ?? (undone === "done" ? null : undone);

function Outcomes({ rows, onClose }: { rows: readonly Outcome[]; onClose: () => void }) {
  return (
    <Modal title={t("orders.outcomes")} onClose={onClose} wide>
      <div className={css.outcomes}>
        <table className={ui.table}>
          <thead>
            <tr>
              <th scope="col">{t("orders.column.number")}</th>
              <th scope="col">{t("orders.outcome")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const problem = problemOf(row);
              return (
                <tr key={row.work_order_id}>
                  <td>
                    <button
                      type="button"
                      className={ui.button}
                      onClick={() => {
                        select("orders", row.work_order_id);
                        onClose();
                      }}
                    >
                      {row.number}
                    </button>
                  </td>
                  <td>
                    {problem === null ? (
                      t(row.undone ? "orders.undone" : "orders.done")
                    ) : (
                      <span className={ui.error}>
                        {code("problem", problem)} {row.detail}
                      </span>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div className={ui.dialogButtons}>
        <button type="button" className={ui.button} onClick={onClose}>
          {t("app.close")}
        </button>
      </div>
    </Modal>
  );
}

/** What became of a change of many orders, row by row, with the way back while there is one. */
export function Toast({ changes, onChange, onClose }: Props) {
  const [open, setOpen] = useState(false);
  const anew = useAnew();
  const back = useMutation({
    mutationFn: () => takeBack(changes.filter((one) => one.undo_until !== null)),
    onSuccess: onChange,
    onSettled: anew,
  });
  const rows = changes.flatMap((one) => one.rows);
  const refused = rows.filter((row) => problemOf(row) !== null).length;
  const wasUndone = rows.some((row) => row.undone !== null);
  const counts = { n: rows.length - refused, refused };
  return (
    <div className={css.toast} role="status">
      <span>{t(wasUndone ? "orders.toastUndone" : "orders.toast", counts)}</span>
      <button type="button" className={ui.button} onClick={() => setOpen(true)}>
        {t("orders.outcomes")}
      </button>
      {changes.some((one) => one.undo_until !== null) && (
        <button
          type="button"
          className={`${ui.button} ${ui.primary}`}
          disabled={back.isPending}
          onClick={() => back.mutate()}
        >
          {t("orders.undo")}
        </button>
      )}
      <button type="button" className={`${ui.button} ${ui.quiet}`} onClick={onClose}>
        {t("app.close")}
      </button>
      <Refusal error={back.error} />
      {open && <Outcomes rows={rows} onClose={() => setOpen(false)} />}
    </div>
  );
}
