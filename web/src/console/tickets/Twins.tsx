import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../shared/api/client";
import { code, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { FormDialog } from "../kit";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";
import { staleBy, type Ticket, type Twin, ticketPath, twinsOf } from "./api";
import css from "./tickets.module.css";

function Merge({ ticket, twin, onClose }: { ticket: Ticket; twin: Twin; onClose: () => void }) {
  return (
    <FormDialog
      title={t("twin.mergeOf", { number: ticket.number, into: twin.number })}
      fields={[{ name: "reason", label: t("action.reason"), kind: "area", maxLength: 2000 }]}
      initial={{}}
      action={t("twin.merge")}
      send={({ reason }) =>
        post<Ticket>(`${ticketPath(ticket.id)}/merge`, {
          into_ticket_id: twin.id,
          ...(reason ? { reason } : {}),
        })
      }
      keys={[...staleBy(ticket.id), ...staleBy(twin.id)]}
      onDone={(survivor) => select("tickets", survivor.id)}
      onClose={onClose}
    >
      <p>{t("twin.mergeText", { number: ticket.number, into: twin.number })}</p>
    </FormDialog>
  );
}

/** Open tickets that may be about the same thing. */
export function Twins({ ticket }: { ticket: Ticket }) {
  const rights = useRights();
  const [into, setInto] = useState<Twin | null>(null);
  const query = useQuery({
    queryKey: [`${ticketPath(ticket.id)}/twins`],
    queryFn: () => twinsOf(ticket.id),
  });
  const may = rights.desk && ticket.allowed_actions.includes("merge");
  const rows = query.data?.items ?? [];
  return (
    <Section title={t("twin.title")}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("twin.none")}</p>}
      <ul className={css.twins} aria-label={t("twin.title")}>
        {rows.map((twin) => (
          <li key={twin.id}>
            <div>
              <button type="button" className={panel.link} onClick={() => select("tickets", twin.id)}>
                {twin.number} {twin.summary}
              </button>
              <p className={ui.soft}>
                {[
                  t("twin.score", { n: Math.round(twin.score * 100) }),
                  ...twin.reasons.map((one) => code("twin_reason", one)),
                  code("ticket_state", twin.state),
                  moment(twin.opened_at),
                ].join(" · ")}
              </p>
            </div>
            {may && (
              <button
                type="button"
                className={ui.button}
                aria-label={t("twin.mergeOf", { number: ticket.number, into: twin.number })}
                onClick={() => setInto(twin)}
              >
                {t("twin.merge")}
              </button>
            )}
          </li>
        ))}
      </ul>
      {into && <Merge ticket={ticket} twin={into} onClose={() => setInto(null)} />}
    </Section>
  );
}
