import { t } from "../../shared/i18n";
import { Mark } from "../../shared/ui/Mark";
import type { Kind } from "../../shared/ui/marks";
import { ui } from "../../shared/ui/parts";
import { select } from "../route";
import css from "./map.module.css";

export interface HereItem {
  kind: Kind;
  id: string;
  state: string;
  title: string;
}

/** What lies on one point of the map, where zooming cannot tell it apart. */
export function Pile({ items, onClose }: { items: HereItem[]; onClose: () => void }) {
  return (
    <section className={css.pile} aria-label={t("map.here", { n: items.length })}>
      <header>
        <h3>{t("map.here", { n: items.length })}</h3>
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          aria-label={t("app.close")}
          onClick={onClose}
        >
          ×
        </button>
      </header>
      <ul>
        {items.map((item) => (
          <li key={item.id}>
            <button
              type="button"
              onClick={() => select(item.kind === "order" ? "orders" : "devices", item.id)}
            >
              <Mark kind={item.kind} state={item.state} />
              <span>{item.title}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
