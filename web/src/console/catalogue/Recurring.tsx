import { code, label, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { ui } from "../../shared/ui/parts";
import { useOne } from "../kit";
import panel from "../panel.module.css";
import { select } from "../route";
import type { Earlier, List } from "./api";
import css from "./catalogue.module.css";

const MOST = 3;

/** That the same was the matter with the asset not long ago; nothing if it was not. */
export function Recurring({ path }: { path: string }) {
  const rows = useOne<List<Earlier>>(`${path}/recurring`).data?.items ?? [];
  if (rows.length === 0) return null;
  return (
    <aside className={css.again} aria-label={t("again.title")}>
      <strong>{t("again.lead", { n: rows.length })}</strong>
      <ul className={panel.list}>
        {rows.slice(0, MOST).map((one) => (
          <li key={one.id}>
            <button
              type="button"
              className={panel.link}
              onClick={() => select(one.kind === "ticket" ? "tickets" : "orders", one.id)}
            >
              {one.number} {one.summary}
            </button>
            <span className={ui.soft}>
              {[
                one.kind === "ticket" ? code("ticket_state", one.state) : label("state", one.state),
                moment(one.opened_at),
              ].join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </aside>
  );
}
