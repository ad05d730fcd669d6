import { t } from "../../shared/i18n";
import fleet from "../fleet/fleet.module.css";
import { PlaybookList } from "../playbooks/PlaybookList";
import { PlaybookPanel } from "../playbooks/PlaybookPanel";
import { PolicyPage } from "../policy/PolicyPage";
import { CASE_VIEWS, type CaseKind, type CaseView, go } from "../route";
import { CaseList } from "./CaseList";
import { CasePanel } from "./CasePanel";
import { IncidentList } from "./IncidentList";
import { IncidentPanel } from "./IncidentPanel";

/** What is selected of a page about cases, in the inspector. */
export function CaseInspected({ kind, id }: { kind: CaseKind; id: string }) {
  if (kind === "cases") return <CasePanel key={id} id={id} />;
  if (kind === "incidents") return <IncidentPanel key={id} id={id} />;
  return <PlaybookPanel key={id} id={id} />;
}

/** Cases, incidents, playbooks and the policy: one page with tabs. */
export function CasesPage({ view }: { view: CaseView }) {
  const step = (by: number) => {
    const next = CASE_VIEWS[(CASE_VIEWS.indexOf(view) + by + CASE_VIEWS.length) % CASE_VIEWS.length];
    if (!next) return;
    go({ view: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div className={fleet.page}>
      <div className={fleet.tabs} role="tablist" aria-label={t("cases.tabs")}>
        {CASE_VIEWS.map((one) => (
          <button
            key={one}
            id={`tab-${one}`}
            type="button"
            role="tab"
            aria-selected={one === view}
            aria-controls="cases-content"
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
      <div className={fleet.content} id="cases-content" role="tabpanel" aria-labelledby={`tab-${view}`}>
        {view === "cases" && <CaseList />}
        {view === "incidents" && <IncidentList />}
        {view === "playbooks" && <PlaybookList />}
        {view === "policy" && <PolicyPage />}
      </div>
    </div>
  );
}
