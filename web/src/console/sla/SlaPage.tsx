import { t } from "../../shared/i18n";
import { go, PROMISES, type PromiseView } from "../route";
import { Calendars } from "./Calendars";
import { Ladders } from "./Ladders";
import { Policies } from "./Policies";
import css from "./sla.module.css";
import { Watch } from "./Watch";

const PAGES = { watch: Watch, calendars: Calendars, policies: Policies, ladders: Ladders };

/** Promises: which are at risk or late, and the terms they follow from. */
export default function SlaPage({ view }: { view: PromiseView }) {
  const Page = PAGES[view];
  const step = (by: number) => {
    const next = PROMISES[(PROMISES.indexOf(view) + by + PROMISES.length) % PROMISES.length];
    if (!next) return;
    go({ view: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div className={css.page}>
      <div className={css.tabs} role="tablist" aria-label={t("promise.tabs")}>
        {PROMISES.map((one) => (
          <button
            key={one}
            id={`tab-${one}`}
            type="button"
            role="tab"
            aria-selected={one === view}
            aria-controls="sla-content"
            tabIndex={one === view ? 0 : -1}
            onClick={() => go({ view: one })}
            onKeyDown={(event) => {
              if (event.key === "ArrowRight") step(1);
              if (event.key === "ArrowLeft") step(-1);
            }}
          >
            {t(`view.${one}`)}
          </button>
        ))}
      </div>
      <div className={css.content} id="sla-content" role="tabpanel" aria-labelledby={`tab-${view}`}>
        <Page />
      </div>
    </div>
  );
}
