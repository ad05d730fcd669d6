import type { ReactNode } from "react";
import { t } from "../shared/i18n";
import { ui } from "../shared/ui/parts";
import css from "./panel.module.css";
import { go, useRoute } from "./route";

/** The frame of everything in the inspector: title, widen, close. */
export function Panel({
  title,
  lead,
  tabs,
  children,
}: {
  title: string;
  lead?: ReactNode;
  tabs?: ReactNode;
  children: ReactNode;
}) {
  const { wide } = useRoute();
  return (
    <article className={`${css.panel} ${wide ? css.wide : ""}`}>
      <header className={css.head}>
        <div className={css.titles}>
          <h2>{title}</h2>
          {lead}
        </div>
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          aria-label={wide ? t("order.collapse") : t("order.expand")}
          title={wide ? t("order.collapse") : t("order.expand")}
          onClick={() => go({ wide: !wide })}
        >
          <span aria-hidden="true">{wide ? "⇥" : "⇤"}</span>
        </button>
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          aria-label={t("app.close")}
          title={t("app.close")}
          onClick={() => go({ selection: null, wide: false })}
        >
          <span aria-hidden="true">×</span>
        </button>
      </header>
      {tabs}
      <div className={css.body}>{children}</div>
    </article>
  );
}
