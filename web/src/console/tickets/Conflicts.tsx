import { post } from "../../shared/api/client";
import { code, label, t } from "../../shared/i18n";
import { codes } from "../../shared/i18n/codes";
import { moment } from "../../shared/time";
import { Empty, Facts, Failure, Loading, Refusal, ui } from "../../shared/ui/parts";
import { Choice } from "../cases/Choice";
import { More } from "../cases/More";
import { useFilter, usePages } from "../kit";
import lists from "../lists.module.css";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { narrow, select } from "../route";
import { useWrite } from "../useWrite";
import { CONFLICTS, type Conflict } from "./api";
import css from "./tickets.module.css";

const STATES = ["applied", "dismissed"] as const;
/** Of what the field sent, what people read; the rest is for programs. */
const SHOWN = ["reason", "quantity", "serial", "old_serial", "new_serial", "item", "value", "text"] as const;

function wished({ payload }: Conflict): (readonly [string, string])[] {
  const detail = (payload.detail ?? {}) as Record<string, unknown>;
  const all: Record<string, unknown> = { ...detail, reason: payload.reason ?? detail.reason };
  return SHOWN.filter((name) => all[name] !== null && all[name] !== undefined && all[name] !== "").map(
    (name) => [t(`conflict.detail.${name}`), String(all[name])] as const,
  );
}

function why(one: Conflict): string {
  return codes.problem && one.problem in codes.problem ? code("problem", one.problem) : one.reason;
}

function Choices({ one }: { one: Conflict }) {
  const write = useWrite(
    (action: "apply" | "dismiss") => post<Conflict>(`${CONFLICTS}/${one.id}/actions`, { action }),
    [[CONFLICTS], ["order"], ["orders"], ["board"]],
  );
  return (
    <>
      <div className={css.choices}>
        <button
          type="button"
          className={`${ui.button} ${ui.primary}`}
          disabled={write.isPending}
          onClick={() => write.mutate("apply")}
        >
          {t("conflict.apply")}
        </button>
        <button
          type="button"
          className={ui.button}
          disabled={write.isPending}
          onClick={() => write.mutate("dismiss")}
        >
          {t("conflict.dismiss")}
        </button>
        <button type="button" className={ui.button} onClick={() => select("orders", one.work_order_id)}>
          {t("conflict.openOrder")}
        </button>
      </div>
      <Refusal error={write.error} />
    </>
  );
}

function Card({ one }: { one: Conflict }) {
  const rights = useRights();
  const legal = Array.isArray(one.members.legal) ? one.members.legal.map(String) : [];
  const flagged = typeof one.payload.flagged === "string" ? one.payload.flagged : "";
  return (
    <li className={css.conflict}>
      <header>
        <button type="button" className={panel.link} onClick={() => select("orders", one.work_order_id)}>
          {one.work_order_number} {one.summary}
        </button>
        {one.state !== "open" && (
          <span className={ui.soft}>
            {[
              code("timeline", `conflict.${one.state}`),
              one.resolved_by,
              one.resolved_at && moment(one.resolved_at),
            ]
              .filter(Boolean)
              .join(" · ")}
          </span>
        )}
      </header>
      <div className={css.sides}>
        <section>
          <h3>{t("conflict.wanted")}</h3>
          <p>
            <strong>{code("timeline", one.kind)}</strong>
          </p>
          <Facts
            rows={[
              [t("conflict.by"), one.actor_name],
              [t("conflict.at"), moment(one.occurred_at)],
              [t("conflict.heard"), moment(one.received_at)],
              ...wished(one),
            ]}
          />
          {flagged && <span className={`${ui.chip} ${ui.chipWarn}`}>{code("flagged", flagged)}</span>}
        </section>
        <section>
          <h3>{t("conflict.now")}</h3>
          <p>
            <strong>
              {t("conflict.visitIs", {
                n: one.now.visit_no,
                state: label("visit.state", one.now.visit_state),
              })}
            </strong>
          </p>
          <Facts
            rows={[
              [t("conflict.order"), label("state", one.now.order_state)],
              [t("conflict.since"), moment(one.now.visit_changed_at)],
              [t("conflict.because"), one.now.visit_reason],
              [t("conflict.why"), why(one)],
              [
                t("conflict.legal"),
                legal.map((action) => code("timeline", `visit.${action}`)).join(t("conflict.comma")),
              ],
            ]}
          />
        </section>
      </div>
      {rights.dispatch && one.state === "open" && <Choices one={one} />}
    </li>
  );
}

/** What the field did and could not be brought in: what it wanted, what stands now, and the choices. */
export function Conflicts() {
  const { state = "" } = useFilter();
  const query = usePages<Conflict>(CONFLICTS, { state: state || undefined }, 50);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={lists.page}>
      <header className={lists.bar}>
        <Choice
          label={t("conflict.state")}
          none={t("conflict.open")}
          value={state}
          options={STATES.map((one) => [one, code("timeline", `conflict.${one}`)])}
          onChange={(next) => narrow({ state: next })}
        />
        <p className={ui.soft}>{t("conflict.lead")}</p>
        <More query={query} />
      </header>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <Empty>{t("conflict.none")}</Empty>}
      {rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
        <div className={lists.scroller} tabIndex={0} role="region" aria-label={t("view.conflicts")}>
          <ol className={css.conflicts} aria-label={t("view.conflicts")}>
            {rows.map((one) => (
              <Card key={one.id} one={one} />
            ))}
          </ol>
        </div>
      )}
    </div>
  );
}
