import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { t } from "../shared/i18n";
import { live } from "../shared/live/store";
import { Loading } from "../shared/ui/parts";
import { Board } from "./board/Board";
import { CrashGuard } from "./CrashGuard";
import { FleetPage } from "./fleet/FleetPage";
import { Header, OfflineBar } from "./Header";
import { HelpDialog } from "./HelpDialog";
import { useGlobalKeys } from "./keys";
import { Tabs } from "./kit/Tabs";
import { NavRail } from "./NavRail";
import { PANELS, pageOf } from "./pages";
import { Queue } from "./queue/Queue";
import { followLive } from "./refresh";
import { type Selection, useRoute } from "./route";
import { useMe } from "./session";
import { GROUPS, groupOf, isFleet, type View, WITH_QUEUE } from "./views";
import css from "./workspace.module.css";

const MapView = lazy(() => import("./map/MapView"));

function Inspected({ selection }: { selection: Selection }) {
  const { kind, id, part } = selection;
  const Panel = PANELS[kind];
  return (
    <Suspense fallback={<Loading />}>
      <Panel key={id} id={id} {...(part ? { part } : {})} />
    </Suspense>
  );
}

/** A page of a group that does not draw itself, below the group's tabs. */
function Page({ view }: { view: View }) {
  const Found = pageOf(view);
  if (!Found) return null;
  const group = groupOf(view);
  return (
    <Tabs label={t(`group.${group}`)} views={GROUPS[group]} view={view}>
      <Suspense fallback={<Loading />}>
        <Found key={view} />
      </Suspense>
    </Tabs>
  );
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
      <Page view={view} />
    </>
  );
}

/** Map, board or lists at the left, the inspector beside them, the queue at the right of what a dispatcher decides from. */
export function Workspace({ onLogOut }: { onLogOut: () => void }) {
  const me = useMe();
  const queries = useQueryClient();
  const { selection, view, wide } = useRoute();
  const queue = WITH_QUEUE.includes(groupOf(view));
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
      <a className={css.skip} href={queue ? "#queue" : "#main"}>
        {t("app.skip")}
      </a>
      <Header onLogOut={onLogOut} onHelp={() => setHelp(true)} />
      <OfflineBar />
      <div className={css.columns}>
        <NavRail view={view} />
        <main className={css.main} id="main" aria-label={t(`view.${view}`)} hidden={wide}>
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
        {queue && <Queue />}
      </div>
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </div>
  );
}
