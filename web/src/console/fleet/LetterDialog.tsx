import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "../../shared/api/client";
import type { DeadLetter, DeadLetterDetail } from "../../shared/api/types";
import { code, label, t } from "../../shared/i18n";
import { moment, number } from "../../shared/time";
import { Facts, Failure, Loading, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import { hexLines, outcome } from "./figures";
import css from "./fleet.module.css";

function Payload({ letter }: { letter: DeadLetterDetail }) {
  const [hex, setHex] = useState(letter.payload_text === null);
  return (
    <>
      <div className={css.switch} role="group" aria-label={t("letters.payload")}>
        {letter.payload_text !== null && (
          <button type="button" className={ui.button} aria-pressed={!hex} onClick={() => setHex(false)}>
            {t("letters.text")}
          </button>
        )}
        <button type="button" className={ui.button} aria-pressed={hex} onClick={() => setHex(true)}>
          {t("letters.hex")}
        </button>
        <span className={ui.soft}>
          {letter.payload_text === null
            ? t("letters.noText")
            : t("letters.bytes", { n: number(letter.payload_bytes) })}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard */}
      <pre className={css.payload} tabIndex={0}>
        {hex ? hexLines(letter.payload_hex) : letter.payload_text}
      </pre>
    </>
  );
}

/** One dead letter with all of its payload that was kept. */
export function LetterDialog({
  id,
  mayAct,
  onAct,
  onClose,
}: {
  id: string;
  mayAct: boolean;
  onAct: (what: "replay" | "discard", letters: readonly DeadLetter[]) => void;
  onClose: () => void;
}) {
  const query = useQuery({
    queryKey: ["letter", id],
    queryFn: ({ signal }) =>
      get<DeadLetterDetail>(`/api/v1/telemetry/dead-letters/${encodeURIComponent(id)}`, {}, signal),
  });
  const letter = query.data;
  return (
    <Modal title={letter ? code("letter", letter.reason) : t("letters.open")} onClose={onClose}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {letter && (
        <div className={ui.stack}>
          <Facts
            rows={[
              [t("letters.why"), code("letter_why", letter.reason)],
              [t("letters.detail"), letter.detail],
              [t("letters.device"), letter.device_name],
              [t("letters.received"), moment(letter.received_at)],
              [
                t("letters.topic"),
                <code key="topic" className={ui.mono}>
                  {letter.topic}
                </code>,
              ],
              [t("letters.state"), label("letters.state", letter.state)],
              [t("letters.outcome"), outcome(letter)],
              [t("letters.replayedAt"), letter.replayed_at && moment(letter.replayed_at)],
            ]}
          />
          <Payload letter={letter} />
        </div>
      )}
      <div className={ui.dialogButtons}>
        <button type="button" className={ui.button} onClick={onClose}>
          {t("app.close")}
        </button>
        {letter && mayAct && letter.discardable && (
          <button type="button" className={ui.button} onClick={() => onAct("discard", [letter])}>
            {t("letters.discard")}
          </button>
        )}
        {letter && mayAct && letter.replayable && (
          <button
            type="button"
            className={`${ui.button} ${ui.primary}`}
            onClick={() => onAct("replay", [letter])}
          >
            {t("letters.replay")}
          </button>
        )}
      </div>
    </Modal>
  );
}
