import { useState } from "react";
import { post } from "../../shared/api/client";
import type { Visit } from "../../shared/api/types";
import { label, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Failure, Loading, Refusal, Section, ui } from "../../shared/ui/parts";
import { type Field, FormDialog, useOne } from "../kit";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import css from "./reports.module.css";

interface Report {
  id: string;
  visit_id: string;
  version: number;
  cause: "completed" | "late" | "asked";
  made_at: string;
  digest: string;
  signature: string | null;
}
interface Mail {
  to_address: string;
}
const LANGUAGES = ["zh", "en"] as const;
const MAILS = "/api/v1/outbound-mails";

const fields = (): Field[] => [
  { name: "to", label: t("report.sendTo"), kind: "email", hint: t("report.sendHint"), across: true },
  {
    name: "locale",
    label: t("report.sendLocale"),
    kind: "choice",
    options: [
      ["zh", t("report.chinese")],
      ["en", t("report.english")],
    ],
  },
];

/** The service reports of an order's visits: download, send, make anew. */
export function Reports({ orderId, visits }: { orderId: string; visits: readonly Visit[] }) {
  const path = `/api/v1/work-orders/${encodeURIComponent(orderId)}/reports`;
  const query = useOne<Report[]>(path);
  const write = useRights().reports;
  const [sending, setSending] = useState<Report | null>(null);
  const [told, setTold] = useState("");
  const done = visits.filter((visit) => visit.state === "completed");
  const make = useWrite(
    () => Promise.all(done.map((visit) => post<Report>(`/api/v1/visits/${visit.id}/reports`, {}))),
    [[path], ["attachments"], [MAILS]],
  );
  const numberOf = (report: Report) => visits.find((visit) => visit.id === report.visit_id)?.visit_no ?? 0;
  const aside = write && done.length > 0 && (
    <button
      type="button"
      className={ui.button}
      disabled={make.isPending}
      onClick={() => make.mutate(undefined)}
    >
      {t("report.make")}
    </button>
  );
  return (
    <Section title={t("report.title")} aside={aside}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.data?.length === 0 && <p className={ui.soft}>{t("report.empty")}</p>}
      <Refusal error={make.error} />
      <ul className={css.list}>
        {query.data?.map((one) => (
          <li key={one.id} className={css.row}>
            <div>
              <strong>
                {t("order.visitNo", { n: numberOf(one) })} · {t("report.version", { n: one.version })}
              </strong>{" "}
              <span className={ui.soft}>
                {moment(one.made_at)} · {label("report.cause", one.cause)}
              </span>{" "}
              <span className={`${ui.chip} ${one.signature ? ui.chipGood : ""}`} title={one.digest}>
                {t(one.signature ? "report.signed" : "report.unsigned")}
              </span>
            </div>
            <div className={css.ways}>
              {LANGUAGES.map((language) => (
                <a
                  key={language}
                  className={panel.link}
                  href={`/api/v1/reports/${one.id}/pdf?locale=${language}`}
                >
                  {t(`report.${language}`)}
                </a>
              ))}
              {write && (
                <button type="button" className={panel.link} onClick={() => setSending(one)}>
                  {t("report.send")}
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {told && (
        <p role="status" className={css.told}>
          {t("report.sent", { to: told })}
        </p>
      )}
      {sending && (
        <FormDialog<Mail>
          title={t("report.sendTitle")}
          fields={fields()}
          initial={{}}
          action={t("report.send")}
          send={(values) => post<Mail>(`/api/v1/reports/${sending.id}/send`, values)}
          keys={[[MAILS]]}
          onDone={(mail) => setTold(mail.to_address)}
          onClose={() => setSending(null)}
        />
      )}
    </Section>
  );
}
