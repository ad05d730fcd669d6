import { lazy, Suspense, useState } from "react";
import type { FleetState } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { Failure, Loading } from "../../shared/ui/parts";
import { Tabs } from "../kit/Tabs";
import { useRights } from "../rights";
import { type FleetView, go } from "../route";
import { Backlog } from "./Backlog";
import { Broker } from "./Broker";
import { DeadLetters } from "./DeadLetters";
import { DeviceList } from "./DeviceList";
import { Precision } from "./Precision";
import { Tiles } from "./Tiles";
import { useBroker, useFleet } from "./useFleet";

const FirmwarePage = lazy(() => import("../firmware/FirmwarePage"));
const ClaimsPage = lazy(() => import("../claims/ClaimsPage"));
const LimitsPage = lazy(() => import("../limits/LimitsPage"));

/** The fleet: figures on top, below them what is in it, what it says and what it is told. */
export function FleetPage({ view: wanted }: { view: FleetView }) {
  const fleet = useFleet();
  const broker = useBroker();
  const rights = useRights();
  const [state, setState] = useState<FleetState | null>(null);
  const tabs: readonly FleetView[] = [
    "devices",
    ...(rights.letters ? (["letters"] as const) : []),
    ...(rights.broker ? (["broker"] as const) : []),
    "precision",
    "backlog",
    "firmware",
    ...(rights.claims ? (["claims"] as const) : []),
    "limits",
  ];
  const models = fleet.data?.models.map((one) => one.model) ?? [];
  const view = tabs.includes(wanted) ? wanted : "devices";
  return (
    <Tabs
      label={t("fleet.tabs")}
      views={tabs}
      view={view}
      head={
        <>
          {fleet.isPending && <Loading />}
          {fleet.isError && !fleet.data && <Failure error={fleet.error} retry={() => void fleet.refetch()} />}
          {fleet.data && (
            <Tiles
              fleet={fleet.data}
              broker={broker.data}
              picked={view === "devices" ? state : null}
              lettersOpen={rights.letters}
              onPick={(one) => {
                setState(one === state && view === "devices" ? null : one);
                go({ view: "devices" });
              }}
            />
          )}
        </>
      }
    >
      {view === "devices" && <DeviceList state={state} onState={setState} models={models} />}
      {view === "letters" && (
        <DeadLetters reasons={fleet.data?.dead_letters.reasons.map((one) => one.reason) ?? []} />
      )}
      {view === "broker" && <Broker query={broker} />}
      {view === "backlog" && <Backlog />}
      {view === "precision" && <Precision models={models} />}
      <Suspense fallback={<Loading />}>
        {view === "firmware" && <FirmwarePage models={models} />}
        {view === "claims" && <ClaimsPage models={models} />}
        {view === "limits" && <LimitsPage models={models} />}
      </Suspense>
    </Tabs>
  );
}
