import { useState } from "react";
import type { Campaign, Release } from "../../shared/api/fleet";
import { code, t } from "../../shared/i18n";
import { Refusal, ui } from "../../shared/ui/parts";
import { SpanField } from "../limits/SpanField";
import { Modal } from "../Modal";
import css from "./firmware.module.css";
import { readWaves, useDraft, useReleases } from "./useFirmware";

const MONTH = 30 * 86_400;

interface Props {
  release: Release | null;
  onMade: (made: Campaign) => void;
  onClose: () => void;
}

const label = (release: Release) => `${code("model", release.model)} ${release.version}`;

/** A number, or none where nothing was typed. */
function numberOrNone(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}

/** A campaign as a draft: which image, how fast, when to stop by itself. */
export function CampaignDialog({ release, onMade, onClose }: Props) {
  const releases = useReleases("").data?.pages.flatMap((page) => page.items) ?? [];
  const [releaseId, setReleaseId] = useState(release?.id ?? "");
  const [name, setName] = useState(release ? label(release) : "");
  const [waves, setWaves] = useState("5, 25, 100");
  const [times, setTimes] = useState({
    pause_seconds: 3600,
    lifetime_seconds: 86_400,
    restart_seconds: 600,
  });
  const [stop, setStop] = useState({ percent: "10", count: "" });
  const [where, setWhere] = useState({ site: "", group: "" });
  const draft = useDraft(onMade);
  const shares = readWaves(waves);
  const choices =
    release && !releases.some((one) => one.id === release.id) ? [release, ...releases] : releases;
  return (
    <Modal title={t("firmware.create")} onClose={onClose} wide>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          if (!shares) return;
          draft.mutate({
            ...times,
            release_id: releaseId,
            name: name.trim(),
            waves: shares,
            max_failed_percent: numberOrNone(stop.percent),
            max_failed_count: numberOrNone(stop.count),
            site: where.site.trim() || null,
            group: where.group.trim() || null,
          });
        }}
      >
        <p className={ui.soft}>{t("firmware.draftHint")}</p>
        <div className={css.form}>
          <label className={ui.field}>
            <span>{t("firmware.image")}</span>
            <select
              className={ui.input}
              required
              value={releaseId}
              onChange={(event) => {
                setReleaseId(event.target.value);
                const picked = choices.find((one) => one.id === event.target.value);
                if (picked && name === "") setName(label(picked));
              }}
            >
              <option value="">{t("firmware.pickImage")}</option>
              {choices.map((one) => (
                <option key={one.id} value={one.id}>
                  {label(one)}
                </option>
              ))}
            </select>
          </label>
          <label className={ui.field}>
            <span>{t("firmware.name")}</span>
            <input
              className={ui.input}
              required
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
          <label className={ui.field}>
            <span>{t("firmware.waves")}</span>
            <input
              className={ui.input}
              required
              aria-invalid={!shares}
              value={waves}
              onChange={(event) => setWaves(event.target.value)}
            />
          </label>
          <SpanField
            name={t("firmware.pause")}
            most={MONTH}
            seconds={times.pause_seconds}
            onChange={(seconds) => setTimes({ ...times, pause_seconds: seconds })}
          />
          <label className={ui.field}>
            <span>{t("firmware.stopPercent")}</span>
            <input
              type="number"
              className={ui.input}
              min={0}
              max={100}
              step="any"
              placeholder={t("form.optional")}
              value={stop.percent}
              onChange={(event) => setStop({ ...stop, percent: event.target.value })}
            />
          </label>
          <label className={ui.field}>
            <span>{t("firmware.stopCount")}</span>
            <input
              type="number"
              className={ui.input}
              min={0}
              max={100_000}
              placeholder={t("form.optional")}
              value={stop.count}
              onChange={(event) => setStop({ ...stop, count: event.target.value })}
            />
          </label>
          <SpanField
            name={t("firmware.lifetime")}
            most={MONTH}
            seconds={times.lifetime_seconds}
            onChange={(seconds) => setTimes({ ...times, lifetime_seconds: seconds })}
          />
          <SpanField
            name={t("firmware.restart")}
            most={86_400}
            seconds={times.restart_seconds}
            onChange={(seconds) => setTimes({ ...times, restart_seconds: seconds })}
          />
          <label className={ui.field}>
            <span>{t("firmware.site")}</span>
            <input
              className={ui.input}
              maxLength={200}
              placeholder={t("form.optional")}
              value={where.site}
              onChange={(event) => setWhere({ ...where, site: event.target.value })}
            />
          </label>
          <label className={ui.field}>
            <span>{t("firmware.group")}</span>
            <input
              className={ui.input}
              maxLength={200}
              placeholder={t("form.optional")}
              value={where.group}
              onChange={(event) => setWhere({ ...where, group: event.target.value })}
            />
          </label>
        </div>
        {!shares && (
          <p className={ui.error} role="alert">
            {t("firmware.wavesBad")}
          </p>
        )}
        <Refusal error={draft.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.primary}`}
            disabled={!shares || draft.isPending}
          >
            {t("firmware.create")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
