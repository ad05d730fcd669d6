import { useState } from "react";
import type { Campaign, CampaignState, Release } from "../../shared/api/fleet";
import { code, t } from "../../shared/i18n";
import { moment, number } from "../../shared/time";
import { Failure, Loading, ui } from "../../shared/ui/parts";
import { bytes } from "../fleet/figures";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";
import { CampaignDialog } from "./CampaignDialog";
import css from "./firmware.module.css";
import { Progress } from "./Progress";
import { UploadDialog } from "./UploadDialog";
import { useCampaigns, useReleases } from "./useFirmware";

const LOOK: Record<CampaignState, string | undefined> = {
  draft: "",
  running: ui.chipGood,
  paused: ui.chipWarn,
  stopped: ui.chipBad,
  done: "",
};

export function CampaignChip({ state }: { state: CampaignState }) {
  return <span className={`${ui.chip} ${LOOK[state]}`}>{t(`firmware.state.${state}`)}</span>;
}

function Row({
  campaign: { id, name, state, release, waves, wave, counts, device_count, created_at },
}: {
  campaign: Campaign;
}) {
  const drafted = state === "draft";
  return (
    <tr>
      <td className={css.words}>
        <button type="button" className={panel.link} onClick={() => select("campaigns", id)}>
          {name}
        </button>
      </td>
      <td>
        {code("model", release.model)} {release.version}
      </td>
      <td>
        <CampaignChip state={state} />
      </td>
      <td>{drafted ? t("app.none") : t("firmware.waveOf", { n: wave + 1, of: waves.length })}</td>
      <td className={css.wide}>{drafted ? t("app.none") : <Progress counts={counts} />}</td>
      <td>
        {drafted
          ? t("app.none")
          : t("firmware.doneOf", { n: number(counts.installed), of: number(device_count) })}
        {counts.failed > 0 && <span className={css.bad}> {t("firmware.failed", { n: counts.failed })}</span>}
      </td>
      <td>{moment(created_at)}</td>
    </tr>
  );
}

function Campaigns() {
  const query = useCampaigns();
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (rows.length === 0) return <p className={`${css.head} ${ui.soft}`}>{t("firmware.noCampaigns")}</p>;
  return (
    <>
      <table className={`${ui.table} ${css.table}`} aria-label={t("firmware.campaigns")}>
        <thead>
          <tr>
            <th scope="col">{t("firmware.name")}</th>
            <th scope="col">{t("firmware.image")}</th>
            <th scope="col">{t("claims.state")}</th>
            <th scope="col">{t("firmware.wave")}</th>
            <th scope="col" colSpan={2}>
              {t("firmware.progress")}
            </th>
            <th scope="col">{t("firmware.created")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((one) => (
            <Row key={one.id} campaign={one} />
          ))}
        </tbody>
      </table>
      {query.hasNextPage && (
        <div className={css.head}>
          <button type="button" className={ui.button} onClick={() => void query.fetchNextPage()}>
            {t("app.more")}
          </button>
        </div>
      )}
    </>
  );
}

function Images({ model, onDraft }: { model: string; onDraft: ((release: Release) => void) | null }) {
  const query = useReleases(model);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (rows.length === 0) return <p className={`${css.head} ${ui.soft}`}>{t("firmware.noImages")}</p>;
  return (
    <>
      <table className={`${ui.table} ${css.table}`} aria-label={t("firmware.images")}>
        <thead>
          <tr>
            <th scope="col">{t("firmware.model")}</th>
            <th scope="col">{t("firmware.version")}</th>
            <th scope="col">{t("firmware.size")}</th>
            <th scope="col">{t("firmware.hash")}</th>
            <th scope="col">{t("firmware.notes")}</th>
            <th scope="col">{t("firmware.added")}</th>
            {onDraft && <th scope="col">{t("limits.action")}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((one) => (
            <tr key={one.id}>
              <td>{code("model", one.model)}</td>
              <td>{one.version}</td>
              <td title={t("letters.bytes", { n: number(one.size) })}>{bytes(one.size)}</td>
              <td className={ui.mono} title={one.sha256}>
                {one.sha256.slice(0, 12)}…
              </td>
              <td className={css.words}>{one.notes}</td>
              <td>{moment(one.created_at)}</td>
              {onDraft && (
                <td>
                  <button
                    type="button"
                    className={panel.link}
                    aria-label={t("firmware.createFor", {
                      name: `${code("model", one.model)} ${one.version}`,
                    })}
                    onClick={() => onDraft(one)}
                  >
                    {t("firmware.create")}
                  </button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {query.hasNextPage && (
        <div className={css.head}>
          <button type="button" className={ui.button} onClick={() => void query.fetchNextPage()}>
            {t("app.more")}
          </button>
        </div>
      )}
    </>
  );
}

/** Campaigns that bring images to devices, and the images. */
export default function FirmwarePage({ models }: { models: readonly string[] }) {
  const mayOwn = useRights().own;
  const [model, setModel] = useState("");
  const [uploading, setUploading] = useState(false);
  const [drafting, setDrafting] = useState<Release | "any" | null>(null);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
    <div className={css.page} tabIndex={0} role="region" aria-label={t("view.firmware")}>
      <header className={css.head}>
        <h2>{t("firmware.campaigns")}</h2>
        {mayOwn && (
          <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setDrafting("any")}>
            {t("firmware.create")}
          </button>
        )}
      </header>
      <Campaigns />
      <header className={css.head}>
        <h2>{t("firmware.images")}</h2>
        <select
          className={ui.input}
          aria-label={t("firmware.model")}
          value={model}
          onChange={(event) => setModel(event.target.value)}
        >
          <option value="">{t("fleet.anyModel")}</option>
          {models.map((one) => (
            <option key={one} value={one}>
              {code("model", one)}
            </option>
          ))}
        </select>
        {mayOwn && (
          <button type="button" className={ui.button} onClick={() => setUploading(true)}>
            {t("firmware.upload")}
          </button>
        )}
      </header>
      <Images model={model} onDraft={mayOwn ? setDrafting : null} />
      {uploading && <UploadDialog models={models} onClose={() => setUploading(false)} />}
      {drafting && (
        <CampaignDialog
          release={drafting === "any" ? null : drafting}
          onMade={(made) => {
            setDrafting(null);
            select("campaigns", made.id);
          }}
          onClose={() => setDrafting(null)}
        />
      )}
    </div>
  );
}
