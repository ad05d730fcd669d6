import type { ReactNode } from "react";
import type { Device } from "../../shared/api/types";
import { Access } from "./Access";
import { Commands } from "./Commands";
import { DeviceLimits } from "./DeviceLimits";
import type { DevicePart } from "./DevicePanel";
import { Settings } from "./Settings";

const PAGES: Record<Exclude<DevicePart, "overview">, (props: { device: Device }) => ReactNode> = {
  commands: Commands,
  settings: Settings,
  access: Access,
  limits: DeviceLimits,
};

/** The parts of a device's page that few people open; loaded with the first of them. */
export default function Rare({ part, device }: { part: keyof typeof PAGES; device: Device }) {
  const Page = PAGES[part];
  return <Page device={device} />;
}
