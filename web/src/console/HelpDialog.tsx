import { t } from "../shared/i18n";
import { ui } from "../shared/ui/parts";
import { Modal } from "./Modal";
import css from "./workspace.module.css";

export function HelpDialog({ onClose }: { onClose: () => void }) {
  const rows: readonly [keys: string, what: string][] = [
    ["j", t("help.next")],
    ["k", t("help.prev")],
    ["Enter", t("help.open")],
    ["Esc", t("help.close")],
    ["/", t("help.search")],
    ["w", t("help.wide")],
    ["1 … 9 0", t("help.map")],
    ["c i p o", t("help.cases")],
    ["g m b k d s f t x", t("help.go")],
    ["?", t("help.help")],
  ];
  return (
    <Modal title={t("help.title")} onClose={onClose}>
      <dl className={css.keys}>
        {rows.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" className={ui.dialogButtons}>
        <button type="submit" className={ui.button}>
          {t("app.close")}
        </button>
      </form>
    </Modal>
  );
}
