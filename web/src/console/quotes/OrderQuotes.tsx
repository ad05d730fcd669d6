import { useState } from "react";
import { post } from "../../shared/api/client";
import type { WorkOrder } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { money } from "../../shared/money";
import { moment } from "../../shared/time";
import { Failure, Loading, Refusal, Section, ui } from "../../shared/ui/parts";
import { CopyButton } from "../CopyButton";
import css from "../contracts/contracts.module.css";
import { FormDialog, usePages } from "../kit";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import { keysOf, type QuoteHead } from "./api";
import { QuoteDialog } from "./QuoteDialog";
import { QuoteMark } from "./QuoteList";

const QUOTABLE = new Set(["open", "pending_approval"]);

function Answer({ quote, onClose }: { quote: QuoteHead; onClose: () => void }) {
  return (
    <FormDialog
      title={t("quote.answerTitle", { number: quote.number })}
      fields={[
        { kind: "check", name: "accepted", label: t("quote.accepted") },
        { name: "name", label: t("quote.who"), required: true },
        { name: "note", label: t("quote.how"), required: true, across: true },
      ]}
      initial={{ accepted: true, name: quote.customer_name, note: "" }}
      send={(values) => post(`/api/v1/quotes/${quote.id}/answer`, values)}
      keys={keysOf(quote.work_order_id)}
      onClose={onClose}
    />
  );
}

function One({ quote }: { quote: QuoteHead }) {
  const mayWrite = useRights().quote;
  const [answering, setAnswering] = useState(false);
  const act = useWrite(
    (action: "send" | "withdraw") => post(`/api/v1/quotes/${quote.id}/actions`, { action }),
    keysOf(quote.work_order_id),
  );
  const waits = quote.state === "sent" || quote.state === "draft";
  return (
    <div className={ui.stack}>
      <div className={css.meterHead}>
        <span>
          <span className={ui.mono}>{quote.number}</span> <QuoteMark state={quote.state} />
        </span>
        <strong className={ui.num}>{money(quote.total, quote.currency)}</strong>
      </div>
      <span className={ui.soft}>
        {quote.decided_name
          ? t("quote.decidedBy", { name: quote.decided_name, note: quote.decision_note })
          : `${t("quote.valid")} ${moment(quote.valid_until)} · ${t("quote.onRefusal")}: ${t(`quote.onRefusal.${quote.on_refusal}`)}`}
      </span>
      {mayWrite && waits && (
        <div className={css.buttons}>
          {quote.state === "draft" && (
            <button
              type="button"
              className={`${ui.button} ${ui.primary}`}
              disabled={act.isPending}
              onClick={() => act.mutate("send")}
            >
              {t("quote.sendDraft")}
            </button>
          )}
          {quote.state === "sent" && (
            <button type="button" className={ui.button} onClick={() => setAnswering(true)}>
              {t("quote.answer")}
            </button>
          )}
          <button
            type="button"
            className={ui.button}
            disabled={act.isPending}
            onClick={() => act.mutate("withdraw")}
          >
            {t("quote.withdraw")}
          </button>
          {quote.url && quote.state === "sent" && (
            <span title={t("quote.link")}>
              <CopyButton text={quote.url} />
            </span>
          )}
        </div>
      )}
      <Refusal error={act.error} />
      {answering && <Answer quote={quote} onClose={() => setAnswering(false)} />}
    </div>
  );
}

/** The quotes of an order, and a new one while none waits. */
export function OrderQuotes({ order }: { order: WorkOrder }) {
  const list = usePages<QuoteHead>("/api/v1/quotes", { work_order_id: order.id }, 20);
  const mayWrite = useRights().quote;
  const [writing, setWriting] = useState(false);
  const quotes = list.data?.pages.flatMap((page) => page.items) ?? [];
  const waiting = quotes.some(({ state }) => state === "sent" || state === "draft");
  const mayQuote = mayWrite && QUOTABLE.has(order.state) && list.isSuccess && !waiting;
  if (list.isSuccess && quotes.length === 0 && !mayQuote) return null;
  return (
    <Section
      title={t("quote.title")}
      aside={
        mayQuote && (
          <button type="button" className={ui.button} onClick={() => setWriting(true)}>
            {t("quote.new")}
          </button>
        )
      }
    >
      {list.isPending && <Loading />}
      {list.isError && <Failure error={list.error} retry={() => void list.refetch()} />}
      {list.isSuccess && quotes.length === 0 && <p className={ui.soft}>{t("quote.none")}</p>}
      {quotes.map((quote) => (
        <One key={quote.id} quote={quote} />
      ))}
      {writing && <QuoteDialog order={order} onClose={() => setWriting(false)} />}
    </Section>
  );
}
