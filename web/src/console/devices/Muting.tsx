import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get, put } from "../../shared/api/client";
import { devicePath, type Mute } from "../../shared/api/fleet";
import type { Device } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { fromField, moment, span, toField, useNow } from "../../shared/time";
import { Refusal, Section, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import css from "./device.module.css";

const HOUR = 3_600_000;
const QUICK = [HOUR, 4 * HOUR, 24 * HOUR];

export type Muted = "off" | "now" | "planned" | "past";

/** How a window stands at an instant; without a start it holds from ever on, without an end until it is lifted. */
export function standing({ since, until }: Mute, now: number): Muted {
  if (!since && !until) return "off";
  if (since && Date.parse(since) > now) return "planned";
  return until && Date.parse(until) <= now ? "past" : "now";
}

/** When no cases of a device are opened. */
export function useMute(deviceId: string) {
  return useQuery({
    queryKey: ["mute", deviceId],
    queryFn: ({ signal }) => get<Mute>(devicePath(deviceId, "/mute"), {}, signal),
  });
}

function told({ since, until }: Mute, how: Muted): string {
  const times = { since: since ? moment(since) : "", until: until ? moment(until) : t("mute.forever") };
  if (how === "off") return t("mute.off");
  if (how === "now") return until ? t("mute.now", times) : t("mute.open");
  return how === "past" ? t("mute.past", times) : t("mute.planned", times);
}

function WindowDialog({ onSet, onClose }: { onSet: (mute: Mute) => void; onClose: () => void }) {
  const [since, setSince] = useState(() => toField(Date.now()));
  const [until, setUntil] = useState(() => toField(Date.now() + 8 * HOUR));
  const window = { since: fromField(since), until: fromField(until) };
  const wrong = window.until !== null && window.since !== null && window.until <= window.since;
  return (
    <Modal title={t("mute.title")} onClose={onClose}>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          onSet(window);
          onClose();
        }}
      >
        <p className={ui.soft}>{t("mute.lead")}</p>
        <div className={css.pair}>
          <label className={ui.field}>
            <span>{t("mute.since")}</span>
            <input
              type="datetime-local"
              className={ui.input}
              required
              value={since}
              onChange={(event) => setSince(event.target.value)}
            />
          </label>
          <label className={ui.field}>
            <span>{t("mute.until")}</span>
            <input
              type="datetime-local"
              className={ui.input}
              value={until}
              onChange={(event) => setUntil(event.target.value)}
            />
          </label>
        </div>
        <p className={wrong ? ui.error : ui.soft} role={wrong ? "alert" : undefined}>
          {wrong ? t("mute.order") : t("mute.untilHint")}
        </p>
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            className={`${ui.button} ${ui.primary}`}
            disabled={wrong || window.since === null}
          >
            {t("mute.set")}
          </button>
        </div>
      </form>
    </Modal>
  );
}

/** A window without cases, such as a maintenance: set, lifted, told. */
export function Muting({ device }: { device: Device }) {
  const mayMute = useRights().mute;
  const now = useNow(10);
  const [picking, setPicking] = useState(false);
  const query = useMute(device.id);
  const set = useWrite(
    (wish: Mute) => put<Mute>(devicePath(device.id, "/mute"), wish),
    [["mute", device.id]],
  );
  if (!query.data) return null;
  const how = standing(query.data, now);
  return (
    <Section title={t("mute.title")}>
      <div className={ui.stack}>
        <p className={how === "off" || how === "past" ? ui.soft : undefined}>{told(query.data, how)}</p>
        <Refusal error={set.error} />
        {mayMute && (
          <div className={css.row}>
            {how === "now" || how === "planned" ? (
              <button
                type="button"
                className={ui.button}
                disabled={set.isPending}
                onClick={() => set.mutate({ since: null, until: null })}
              >
                {t("mute.lift")}
              </button>
            ) : (
              QUICK.map((one) => (
                <button
                  key={one}
                  type="button"
                  className={ui.button}
                  aria-label={t("mute.for", { time: span(one / 1000) })}
                  disabled={set.isPending}
                  onClick={() => {
                    const at = Date.now();
                    set.mutate({
                      since: new Date(at).toISOString(),
                      until: new Date(at + one).toISOString(),
                    });
                  }}
                >
                  {span(one / 1000)}
                </button>
              ))
            )}
            <button type="button" className={ui.button} onClick={() => setPicking(true)}>
              {t("mute.window")}
            </button>
          </div>
        )}
      </div>
      {picking && <WindowDialog onSet={(wish) => set.mutate(wish)} onClose={() => setPicking(false)} />}
    </Section>
  );
}
