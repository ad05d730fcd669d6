import type { ReactNode } from "react";
import { t } from "../../shared/i18n";
import { go } from "../route";
import type { View } from "../views";
import css from "./kit.module.css";

interface Props<V extends View> {
  label: string;
  views: readonly V[];
  view: V;
  /** Above the tabs. */
  head?: ReactNode;
  children: ReactNode;
}

/** The pages of a group: tabs walked by arrow keys, the chosen one below. */
export function Tabs<V extends View>({ label, views, view, head, children }: Props<V>) {
  const step = (by: number) => {
    const next = views[(views.indexOf(view) + by + views.length) % views.length];
    if (!next) return;
    go({ view: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div className={css.page}>
      {head}
      {views.length > 1 && (
        <div className={css.tabs} role="tablist" aria-label={label}>
          {views.map((one) => (
            <button
              key={one}
              id={`tab-${one}`}
              type="button"
              role="tab"
              aria-selected={one === view}
              aria-controls="group-content"
              tabIndex={one === view ? 0 : -1}
              onClick={() => go({ view: one })}
              onKeyDown={(event) => {
                if (event.key === "ArrowRight") step(1);
                if (event.key === "ArrowLeft") step(-1);
              }}
            >
              {t(`view.${one as View}`)}
            </button>
          ))}
        </div>
      )}
      <div
        className={css.content}
        id="group-content"
        {...(views.length > 1 ? { role: "tabpanel", "aria-labelledby": `tab-${view}` } : {})}
      >
        {children}
      </div>
    </div>
  );
}
