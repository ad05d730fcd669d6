import { post } from "../../shared/api/client";
import { label, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Refusal, ui } from "../../shared/ui/parts";
import { type Column, type FilterField, ListPage } from "../kit";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";

interface Mail {
  id: string;
  to_address: string;
  to_name: string;
  title: string;
  state: "queued" | "sent" | "dead" | "off";
  attempts: number;
  next_at: string;
  sent_at: string | null;
  error: string | null;
  created_at: string;
}
const STATES = ["queued", "sent", "dead", "off"] as const;
const PATH = "/api/v1/outbound-mails";
const TONES = { queued: ui.chipWarn, sent: ui.chipGood, dead: ui.chipBad, off: "" } as const;

/** Mails that go out, with what became of each; one that was given up can be sent again. */
export function MailList() {
  const write = useRights().reports;
  const retry = useWrite((id: string) => post(`${PATH}/${id}/retry`, {}), [[PATH]]);
  const columns: Column<Mail>[] = [
    { name: t("mail.title"), width: "minmax(180px, 2fr)", cell: (one) => one.title },
    {
      name: t("mail.to"),
      width: "minmax(160px, 1.4fr)",
      cell: (one) => `${one.to_name} <${one.to_address}>`,
    },
    {
      name: t("mail.state"),
      width: "130px",
      cell: (one) => (
        <span className={`${ui.chip} ${TONES[one.state]}`}>{label("mail.state", one.state)}</span>
      ),
    },
    { name: t("mail.attempts"), width: "64px", cell: (one) => one.attempts },
    {
      name: t("mail.when"),
      width: "150px",
      cell: (one) =>
        one.state === "queued"
          ? t("mail.next", { at: moment(one.next_at) })
          : moment(one.sent_at ?? one.created_at),
    },
    {
      name: t("mail.error"),
      width: "minmax(140px, 1.4fr)",
      cell: (one) => <span title={one.error ?? ""}>{one.error}</span>,
    },
    {
      name: "",
      width: "110px",
      cell: (one) =>
        write && one.state !== "sent" ? (
          <button
            type="button"
            className={ui.button}
            aria-label={t("mail.retryOf", { title: one.title })}
            disabled={retry.isPending}
            onClick={() => retry.mutate(one.id)}
          >
            {t("mail.retry")}
          </button>
        ) : null,
    },
  ];
  const filters: FilterField[] = [
    {
      name: "state",
      label: t("mail.state"),
      none: t("mail.any"),
      options: STATES.map((state) => [state, label("mail.state", state)] as const),
    },
  ];
  return (
    <ListPage
      label={t("view.mails")}
      path={PATH}
      columns={columns}
      filters={filters}
      empty={t("mail.empty")}
      actions={<Refusal error={retry.error} />}
    />
  );
}
