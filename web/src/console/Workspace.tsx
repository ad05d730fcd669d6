import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { t } from "../shared/i18n";
import { live } from "../shared/live/store";
import { Loading } from "../shared/ui/parts";
import { Board } from "./board/Board";
import { CrashGuard } from "./CrashGuard";
import { DevicePanel } from "./devices/DevicePanel";
import { FleetPage } from "./fleet/FleetPage";
import { Header, OfflineBar } from "./Header";
import { HelpDialog } from "./HelpDialog";
import { useGlobalKeys } from "./keys";
import { OrderPanel } from "./orders/OrderPanel";
import { Queue } from "./queue/Queue";
import { followLive } from "./refresh";
import { isCaseView, isFleet, isPromiseView, type Selection, useRoute, type View } from "./route";
import { useMe } from "./session";
import { TechnicianPanel } from "./technicians/TechnicianPanel";
import css from "./workspace.module.css";

const CampaignPanel = lazy(() => import("./firmware/CampaignPanel"));
const SlaPage = lazy(() => import("./sla/SlaPage"));
const CasesPage = lazy(() => import("./cases/CasesPage").then((found) => ({ default: found.CasesPage })));
const CaseInspected = lazy(() =>
  import("./cases/CasesPage").then((found) => ({ default: found.CaseInspected })),
);
const MapView = lazy(() => import("./map/MapView"));

function Inspected({ selection }: { selection: Selection }) {
  if (selection.kind === "orders") return <OrderPanel key={selection.id} id={selection.id} />;
  if (selection.kind === "devices")
    return <DevicePanel key={selection.id} id={selection.id} part={selection.part} />;
  if (selection.kind === "campaigns")
    return (
      <Suspense fallback={<Loading />}>
        <CampaignPanel key={selection.id} id={selection.id} />
      </Suspense>
    );
  if (selection.kind !== "technicians") {
    return (
      <Suspense fallback={<Loading />}>
        <CaseInspected kind={selection.kind} id={selection.id} />
      </Suspense>
    );
  }
  return <TechnicianPanel key={selection.id} id={selection.id} />;
}

function Main({ view }: { view: View }) {
  // The map stays alive below the other views: building it again takes a second.
  const [seenMap, setSeenMap] = useState(view === "map");
  useEffect(() => {
    if (view === "map") setSeenMap(true);
  }, [view]);
  const noMap = <p className={css.mapFallback}>{t("map.failed")}</p>;
  return (
    <>
      {seenMap && (
        <div className={css.mapHolder} hidden={view !== "map"}>
          <CrashGuard fallback={noMap}>
            <Suspense fallback={<Loading what={t("map.loading")} />}>
              <MapView />
            </Suspense>
          </CrashGuard>
        </div>
      )}
      {view === "board" && <Board />}
      {isFleet(view) && <FleetPage view={view} />}
      {isPromiseView(view) && (
        <Suspense fallback={<Loading />}>
          <SlaPage view={view} />
        </Suspense>
      )}
      {isCaseView(view) && (
        <Suspense fallback={<Loading />}>
          <CasesPage view={view} />
        </Suspense>
      )}
    </>
  );
}

/** Map, board or lists at the left, the queue at the right, the inspector between them. */
export function Workspace({ onLogOut }: { onLogOut: () => void }) {
  const me = useMe();
  const queries = useQueryClient();
  const { selection, view, wide } = useRoute();
  const [help, setHelp] = useState(false);
  const inspector = useRef<HTMLElement>(null);
  useGlobalKeys(() => setHelp(true));

  useEffect(() => {
    const unfollow = followLive(queries);
    const stop = live.start(`${me.tenant.id}.${me.user_id}`);
    return () => {
      unfollow();
      stop();
    };
  }, [me.tenant.id, me.user_id, queries]);

  const selected = selection ? `${selection.kind}/${selection.id}` : null;
  useEffect(() => {
    if (selected && inspector.current) inspector.current.scrollTop = 0;
  }, [selected]);

  return (
    <div className={css.page}>
      <a className={css.skip} href="#queue">
        {t("app.skip")}
      </a>
      <Header onLogOut={onLogOut} onHelp={() => setHelp(true)} />
      <OfflineBar />
      <div className={css.columns}>
        <main className={css.main} aria-label={t(`view.${view}`)} hidden={wide}>
          <Main view={view} />
        </main>
        {selection && (
          <aside
            className={`${css.inspector} ${wide ? css.wide : ""}`}
            ref={inspector}
            id="inspector"
            tabIndex={-1}
          >
            <CrashGuard key={selected}>
              <Inspected selection={selection} />
            </CrashGuard>
          </aside>
        )}
        <Queue />
      </div>
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </div>
  );
}
