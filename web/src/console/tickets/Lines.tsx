import { useState } from "react";
import { code, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { Choice } from "../cases/Choice";
import { More } from "../cases/More";
import { usePages } from "../kit";
import panel from "../panel.module.css";
import { select } from "../route";
import type { Line } from "./api";
import css from "./tickets.module.css";

const SOURCES = ["ticket", "talk", "work", "stock", "case", "mail"] as const;
const LATE_MS = 120_000;

function Entry({ line }: { line: Line }) {
  const text = (name: string) => (typeof line.data[name] === "string" ? String(line.data[name]) : "");
  const order = text("work_order_id");
  const way = text("from_name") && `${text("from_name")} → ${text("to_name")}`;
  const late = Date.parse(line.received_at) - Date.parse(line.at) > LATE_MS;
  const visit = typeof line.data.visit_no === "number" && t("timeline.visit", { n: line.data.visit_no });
  const by = [
    line.actor,
    line.source && code("source", line.source),
    visit,
    way,
    text("number") || text("into"),
  ]
    .filter(Boolean)
    .join(" · ");
  return (
    <li className={css[`line_${line.kind}`] ?? ""}>
      <div className={panel.event}>
        <strong>{code("timeline", line.code)}</strong>
        <time dateTime={line.at}>{moment(line.at)}</time>
      </div>
      {line.text && <p className={panel.text}>{line.text}</p>}
      <p className={panel.by}>
        {by}
        {late && ` · ${t("order.received", { time: moment(line.received_at) })}`}
        {order && (
          <>
            {" "}
            <button type="button" className={panel.link} onClick={() => select("orders", order)}>
              {t("timeline.order")}
            </button>
          </>
        )}
      </p>
      {text("flagged") && (
        <span className={`${ui.chip} ${ui.chipWarn}`}>{code("flagged", text("flagged"))}</span>
      )}
    </li>
  );
}

/** All that is known of a ticket or an order, the latest first. */
export function Lines({ path }: { path: string }) {
  const [source, setSource] = useState("");
  const query = usePages<Line>(path, { source: source || undefined }, 50);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const choice = (
    <Choice
      label={t("timeline.source")}
      none={t("timeline.all")}
      value={source}
      options={SOURCES.map((one) => [one, t(`timeline.${one}`)])}
      onChange={setSource}
    />
  );
  return (
    <Section title={t("order.timeline")} aside={choice}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("timeline.nothing")}</p>}
      <ol className={panel.timeline} aria-label={t("order.timeline")}>
        {rows.map((line) => (
          <Entry key={line.id} line={line} />
        ))}
      </ol>
      <More query={query} />
    </Section>
  );
}
