import { useState } from "react";
import { post } from "../../shared/api/client";
import { type Command, devicePath } from "../../shared/api/fleet";
import type { Device } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { span } from "../../shared/time";
import { Refusal, Section, ui } from "../../shared/ui/parts";
import { useWrite } from "../useWrite";
import css from "./device.module.css";
import { readFlat } from "./documents";

/** The commands that the device protocol names; any other may be typed. */
const KNOWN = ["ping", "reset_after_repair", "reset", "exercise_valve", "backflush", "reboot"];
const LIFETIMES = [60, 600, 3600, 86_400, 7 * 86_400];

interface Wish {
  command: string;
  args: Record<string, unknown>;
  lifetime_seconds: number;
}

/** The next command: its name, its arguments as JSON, how long it is worth trying. */
export function SendCommand({ device }: { device: Device }) {
  const [name, setName] = useState("");
  const [args, setArgs] = useState("");
  const [seconds, setSeconds] = useState(600);
  const [fault, setFault] = useState<string | null>(null);
  const send = useWrite(
    (wish: Wish) => post<Command>(devicePath(device.id, "/commands"), wish),
    [["commands", device.id]],
    () => {
      setName("");
      setArgs("");
    },
  );
  if (device.revoked_at) {
    return (
      <Section title={t("command.send")}>
        <p className={ui.soft}>{t("command.revoked")}</p>
      </Section>
    );
  }
  return (
    <Section title={t("command.send")}>
      <form
        className={css.send}
        onSubmit={(event) => {
          event.preventDefault();
          const read = readFlat(args);
          setFault(read.fault);
          if (read.value) send.mutate({ command: name.trim(), args: read.value, lifetime_seconds: seconds });
        }}
      >
        <label className={ui.field}>
          <span>{t("command.name")}</span>
          <input
            className={ui.input}
            list="known-commands"
            required
            maxLength={64}
            pattern="[a-z][a-z0-9_]*"
            autoComplete="off"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <datalist id="known-commands">
          {KNOWN.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <label className={ui.field}>
          <span>{t("command.ttl")}</span>
          <select
            className={ui.input}
            value={seconds}
            onChange={(event) => setSeconds(Number(event.target.value))}
          >
            {LIFETIMES.map((one) => (
              <option key={one} value={one}>
                {span(one)}
              </option>
            ))}
          </select>
        </label>
        <label className={`${ui.field} ${css.across}`}>
          <span>{t("command.args")}</span>
          <textarea
            className={`${ui.input} ${css.code}`}
            rows={2}
            placeholder="{}"
            spellCheck={false}
            value={args}
            onChange={(event) => setArgs(event.target.value)}
          />
        </label>
        <div className={css.across}>
          {fault && (
            <p className={ui.error} role="alert">
              {fault}
            </p>
          )}
          <Refusal error={send.error} />
          <p className={css.done} role="status">
            {send.data && t("command.queued", { name: send.data.command })}
          </p>
          <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={send.isPending}>
            {t("command.send")}
          </button>
        </div>
      </form>
    </Section>
  );
}
