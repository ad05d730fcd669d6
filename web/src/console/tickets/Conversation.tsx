import { code, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { More } from "../cases/More";
import { usePages } from "../kit";
import { useRights } from "../rights";
import { contentOf, type Message, type Ticket, ticketPath } from "./api";
import { Composer } from "./Composer";
import css from "./tickets.module.css";

/** For which ticket a message came in, when it was not this one. */
function origin(ticket: Ticket, message: Message): string {
  if (message.subject_id === ticket.id) return "";
  return ticket.parts.find((one) => one.id === message.subject_id)?.number ?? "";
}

function Said({ ticket, message }: { ticket: Ticket; message: Message }) {
  const from = origin(ticket, message);
  const who =
    message.author_name || (message.kind === "received" ? t("talk.theCustomer") : t("talk.program"));
  return (
    <li className={`${css.message} ${css[message.kind] ?? ""}`}>
      <header>
        <strong>{who}</strong>
        <span className={ui.soft}>
          {[
            t(`talk.kind.${message.kind}`),
            code("source", message.channel),
            from && t("talk.from", { number: from }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
        <time dateTime={message.occurred_at}>{moment(message.occurred_at)}</time>
      </header>
      <p>{message.text}</p>
      {message.files.length > 0 && (
        <ul className={css.attached} aria-label={t("talk.files")}>
          {message.files.map((file) => (
            <li key={file.file_id}>
              <a href={contentOf(file.file_id)} download={file.name}>
                {file.name}
              </a>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** What is said about a ticket, the latest first; above it the place to say something. */
export function Conversation({ ticket }: { ticket: Ticket }) {
  const rights = useRights();
  const query = usePages<Message>(`${ticketPath(ticket.id)}/messages`, {}, 50);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title={t("talk.title")}>
      {rights.desk && ticket.merged_into_id === null && <Composer ticket={ticket} />}
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("talk.nothing")}</p>}
      <ol className={css.talk} aria-label={t("talk.title")}>
        {rows.map((message) => (
          <Said key={message.id} ticket={ticket} message={message} />
        ))}
      </ol>
      <More query={query} />
    </Section>
  );
}
