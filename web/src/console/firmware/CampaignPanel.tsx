import { useState } from "react";
import type { Campaign, CampaignAction } from "../../shared/api/fleet";
import { code, t } from "../../shared/i18n";
import { moment, number, span } from "../../shared/time";
import { Facts, Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { ConfirmDialog } from "../ConfirmDialog";
import { Panel } from "../Panel";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { CampaignDevices } from "./CampaignDevices";
import { CampaignChip } from "./FirmwarePage";
import css from "./firmware.module.css";
import { Progress } from "./Progress";
import { ACTIONS, reasonText, total, UPDATE_STATES, useAct, useCampaign } from "./useFirmware";

function stopsAt({ max_failed_percent: percent, max_failed_count: count }: Campaign): string {
  const limits = [
    percent !== null && t("firmware.stopPercentIs", { n: number(percent) }),
    count !== null && t("firmware.stopCountIs", { n: number(count) }),
  ].filter(Boolean);
  return limits.join(", ") || t("firmware.neverStops");
}

function targetOf({ target, release }: Campaign): string {
  const parts = [
    t("firmware.allOf", { model: code("model", release.model) }),
    target.site && `${t("firmware.site")} ${target.site}`,
    target.group && `${t("firmware.group")} ${target.group}`,
    target.device_ids && t("firmware.devicesGiven", { n: target.device_ids.length }),
  ];
  return parts.filter(Boolean).join(", ");
}

function Acts({ campaign }: { campaign: Campaign }) {
  const [asking, setAsking] = useState<CampaignAction | null>(null);
  const act = useAct(campaign.id, () => setAsking(null));
  return (
    <div className={panel.actions} role="group" aria-label={t("action.title")}>
      {ACTIONS[campaign.state].map((one) => (
        <button
          key={one}
          type="button"
          className={`${ui.button} ${one === "stop" ? ui.danger : one === "pause" ? "" : ui.primary}`}
          onClick={() => setAsking(one)}
        >
          {t(`firmware.act.${one}`)}
        </button>
      ))}
      {asking && (
        <ConfirmDialog
          title={t(`firmware.act.${asking}`)}
          text={t(`firmware.ask.${asking}`, { name: campaign.name })}
          action={t(`firmware.act.${asking}`)}
          danger={asking === "stop"}
          busy={act.isPending}
          error={act.error}
          onConfirm={() => act.mutate(asking)}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}

function Waves({ campaign }: { campaign: Campaign }) {
  return (
    <Section title={t("firmware.progress")}>
      {campaign.state === "draft" && <p className={ui.soft}>{t("firmware.notStarted")}</p>}
      <ol className={css.waves}>
        {campaign.waves.map((percent, index) => {
          const counts = campaign.wave_counts[index];
          if (!counts) return null;
          const words = UPDATE_STATES.filter((state) => counts[state] > 0).map((state) =>
            t("firmware.count", { state: t(`firmware.update.${state}`), n: number(counts[state]) }),
          );
          const present = campaign.state !== "draft" && index === campaign.wave;
          return (
            <li key={percent} aria-current={present ? "step" : undefined}>
              <span className={present ? css.present : undefined}>
                {t("firmware.waveN", { n: index + 1 })}
              </span>
              <Progress counts={counts} />
              <span className={ui.soft}>{t("firmware.waveShare", { n: percent })}</span>
              {total(counts) > 0 && <p>{words.join(" · ")}</p>}
            </li>
          );
        })}
      </ol>
    </Section>
  );
}

/** One campaign: how it gets on, wave by wave and device by device, and what can be done with it. */
export default function CampaignPanel({ id }: { id: string }) {
  const mayOwn = useRights().own;
  const query = useCampaign(id);
  const campaign = query.data;
  if (!campaign) {
    return (
      <Panel title={t("firmware.title", { name: "" })}>
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Panel>
    );
  }
  const { release } = campaign;
  return (
    <Panel
      title={campaign.name}
      lead={
        <div className={panel.lead}>
          <CampaignChip state={campaign.state} />
          {campaign.detail && <span className={css.bad}>{reasonText(campaign.detail)}</span>}
        </div>
      }
    >
      {mayOwn && <Acts campaign={campaign} />}
      <Section title={t("firmware.campaigns")}>
        <Facts
          rows={[
            [t("firmware.image"), `${code("model", release.model)} ${release.version}`],
            [
              t("firmware.hash"),
              <code key="hash" className={ui.mono}>
                {release.sha256}
              </code>,
            ],
            [t("firmware.target"), targetOf(campaign)],
            [t("firmware.pause"), span(campaign.pause_seconds)],
            [t("firmware.stopAt"), stopsAt(campaign)],
            [t("firmware.lifetime"), span(campaign.lifetime_seconds)],
            [t("firmware.restart"), span(campaign.restart_seconds)],
            [t("firmware.created"), moment(campaign.created_at)],
            [t("firmware.started"), campaign.started_at && moment(campaign.started_at)],
            [t("firmware.finished"), campaign.finished_at && moment(campaign.finished_at)],
          ]}
        />
      </Section>
      <Waves campaign={campaign} />
      {campaign.state !== "draft" && <CampaignDevices campaign={campaign} />}
    </Panel>
  );
}
