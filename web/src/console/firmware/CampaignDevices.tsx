import { useState } from "react";
import type { Campaign, CampaignDevice, UpdateState } from "../../shared/api/fleet";
import { t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Failure, Loading, Section, ui } from "../../shared/ui/parts";
import panel from "../panel.module.css";
import { select } from "../route";
import css from "./firmware.module.css";
import { reasonText, UPDATE_STATES, useCampaignDevices } from "./useFirmware";

const LOOK: Record<UpdateState, string | undefined> = {
  pending: "",
  sent: "",
  downloading: "",
  installed: ui.chipGood,
  failed: ui.chipBad,
  skipped: ui.chipWarn,
};

function Entry({ device }: { device: CampaignDevice }) {
  const at = device.finished_at ?? device.sent_at;
  const facts = [
    t("firmware.waveN", { n: device.wave + 1 }),
    device.firmware_before && t("firmware.was", { version: device.firmware_before }),
    at && moment(at),
  ].filter(Boolean);
  return (
    <li className={css.device}>
      <button type="button" className={panel.link} onClick={() => select("devices", device.device_id)}>
        {device.name}
      </button>
      <span className={`${ui.chip} ${LOOK[device.state]}`}>{t(`firmware.update.${device.state}`)}</span>
      {device.detail && (
        <p className={device.state === "failed" ? css.bad : undefined}>{reasonText(device.detail)}</p>
      )}
      <p className={panel.by}>{facts.join(" · ")}</p>
    </li>
  );
}

/** The devices of a campaign in the order in which they come, each with its reason. */
export function CampaignDevices({ campaign }: { campaign: Campaign }) {
  const [filter, setFilter] = useState({ state: "", wave: "" });
  const query = useCampaignDevices(campaign.id, filter);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title={t("firmware.devices")}>
      <div className={panel.controls}>
        <select
          className={ui.input}
          aria-label={t("claims.state")}
          value={filter.state}
          onChange={(event) => setFilter({ ...filter, state: event.target.value })}
        >
          <option value="">{t("firmware.anyState")}</option>
          {UPDATE_STATES.map((one) => (
            <option key={one} value={one}>
              {t(`firmware.update.${one}`)}
            </option>
          ))}
        </select>
        <select
          className={ui.input}
          aria-label={t("firmware.wave")}
          value={filter.wave}
          onChange={(event) => setFilter({ ...filter, wave: event.target.value })}
        >
          <option value="">{t("firmware.anyWave")}</option>
          {campaign.waves.map((percent, index) => (
            <option key={percent} value={index}>
              {t("firmware.waveN", { n: index + 1 })}
            </option>
          ))}
        </select>
      </div>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("firmware.noDevices")}</p>}
      <ul>
        {rows.map((one) => (
          <Entry key={one.device_id} device={one} />
        ))}
      </ul>
      {query.hasNextPage && (
        <button type="button" className={ui.button} onClick={() => void query.fetchNextPage()}>
          {t("app.more")}
        </button>
      )}
    </Section>
  );
}
