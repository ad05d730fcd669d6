import { ui } from "../../shared/ui/parts";
import { type AssetState, changeName } from "./api";

const LOOK: Partial<Record<AssetState, string | undefined>> = { down: ui.chipBad, degraded: ui.chipWarn };

/** The state of an asset in a word, with its weight. */
export function StateChip({ state, planned = null }: { state: AssetState; planned?: boolean | null }) {
  const look = planned ? ui.chipWarn : LOOK[state];
  return <span className={`${ui.chip} ${look ?? ""}`}>{changeName({ state, planned })}</span>;
}
