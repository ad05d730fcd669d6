import { useState } from "react";
import { post } from "../../shared/api/client";
import { code, t } from "../../shared/i18n";
import { uuid } from "../../shared/ids";
import { Refusal, ui } from "../../shared/ui/parts";
import { Picker } from "../kit";
import { useWrite } from "../useWrite";
import { type Message, type MessageKind, SPOKEN, sendFiles, staleBy, type Ticket, ticketPath } from "./api";
import css from "./tickets.module.css";

const KINDS: readonly MessageKind[] = ["reply", "note", "received"];

interface Draft {
  kind: MessageKind;
  channel: string;
  text: string;
  customer_name: string;
  mentions: readonly { id: string; name: string }[];
  files: readonly File[];
  client_op_id: string;
}

function empty(ticket: Ticket, kind: MessageKind): Draft {
  const channel = (SPOKEN as readonly string[]).includes(ticket.channel) ? ticket.channel : "web";
  return { kind, channel, text: "", customer_name: "", mentions: [], files: [], client_op_id: uuid() };
}

function Mentions({ draft, set }: { draft: Draft; set: (draft: Draft) => void }) {
  const { mentions } = draft;
  return (
    <span className={css.mentions}>
      {mentions.map((one) => (
        <button
          key={one.id}
          type="button"
          className={ui.chip}
          aria-label={t("talk.unmention", { name: one.name })}
          onClick={() => set({ ...draft, mentions: mentions.filter((other) => other.id !== one.id) })}
        >
          @{one.name} <span aria-hidden="true">×</span>
        </button>
      ))}
      <Picker
        key={mentions.length}
        of="person"
        label={t("talk.mention")}
        placeholder={t("talk.mention")}
        value={null}
        onChange={(id, offer) => {
          if (id && offer && !mentions.some((one) => one.id === id))
            set({ ...draft, mentions: [...mentions, { id, name: offer.name }] });
        }}
      />
    </span>
  );
}

function Files({ draft, set }: { draft: Draft; set: (draft: Draft) => void }) {
  return (
    <label className={css.files}>
      <span>{t("talk.attach")}</span>
      <input
        key={draft.client_op_id}
        type="file"
        multiple
        onChange={(event) => set({ ...draft, files: [...(event.target.files ?? [])] })}
      />
    </label>
  );
}

/** The place to answer the customer, to write a note, or to write down what was heard. */
export function Composer({ ticket }: { ticket: Ticket }) {
  const [draft, setDraft] = useState(() => empty(ticket, "reply"));
  const write = useWrite(
    async ({ mentions, customer_name, channel, files, ...rest }: Draft) =>
      post<Message>(`${ticketPath(ticket.id)}/messages`, {
        ...rest,
        channel: rest.kind === "note" ? "web" : channel,
        mentions: mentions.map((one) => one.id),
        file_ids: await sendFiles(files),
        ...(rest.kind === "received" ? { customer_name } : {}),
      }),
    staleBy(ticket.id),
    () => setDraft(empty(ticket, draft.kind)),
  );
  return (
    <form
      className={`${css.composer} ${draft.kind === "note" ? css.note : ""}`}
      onSubmit={(event) => {
        event.preventDefault();
        write.mutate(draft);
      }}
    >
      <fieldset className={css.kinds}>
        <legend className={css.unseen}>{t("talk.kind")}</legend>
        {KINDS.map((kind) => (
          <label key={kind}>
            <input
              type="radio"
              name="kind"
              checked={draft.kind === kind}
              onChange={() => setDraft({ ...draft, kind })}
            />
            {t(`talk.kind.${kind}`)}
          </label>
        ))}
      </fieldset>
      <textarea
        className={ui.input}
        rows={3}
        required
        maxLength={4000}
        aria-label={t(`talk.kind.${draft.kind}`)}
        placeholder={t(`talk.hint.${draft.kind as "reply"}`)}
        value={draft.text}
        onChange={(event) => setDraft({ ...draft, text: event.target.value })}
      />
      <div className={css.below}>
        {draft.kind === "note" ? (
          <Mentions draft={draft} set={setDraft} />
        ) : (
          <select
            className={ui.input}
            aria-label={t("ticket.channel")}
            value={draft.channel}
            onChange={(event) => setDraft({ ...draft, channel: event.target.value })}
          >
            {SPOKEN.map((one) => (
              <option key={one} value={one}>
                {code("source", one)}
              </option>
            ))}
          </select>
        )}
        {draft.kind === "received" && (
          <input
            className={ui.input}
            aria-label={t("talk.customerName")}
            placeholder={t("talk.customerName")}
            maxLength={200}
            value={draft.customer_name}
            onChange={(event) => setDraft({ ...draft, customer_name: event.target.value })}
          />
        )}
        <Files draft={draft} set={setDraft} />
        <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={write.isPending}>
          {t(`talk.send.${draft.kind as "reply"}`)}
        </button>
      </div>
      <Refusal error={write.error} />
    </form>
  );
}
