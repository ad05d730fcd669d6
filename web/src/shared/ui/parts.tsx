/** Small pieces every page is made of. */
import type { ReactNode } from "react";
import { ApiProblem } from "../api/client";
import type { Priority } from "../api/types";
import { code, label, t } from "../i18n";
import { codes } from "../i18n/codes";
import { countdown, moment, urgency, useNow } from "../time";
import { Mark } from "./Mark";
import type { Kind } from "./marks";
import css from "./ui.module.css";

const NAME: Record<Kind, string> = { order: "state", tech: "tech", device: "health" };

/** Drawing and name of a state. */
export function StateLabel({ kind, state }: { kind: Kind; state: string }) {
  return (
    <span className={css.state}>
      <Mark kind={kind} state={state} size={16} />
      {label(NAME[kind], state)}
    </span>
  );
}

export function PriorityBadge({ priority }: { priority: Priority }) {
  const classes = `${css.priority} ${priority === 1 ? css.p1 : priority === 2 ? css.p2 : ""}`;
  return (
    <span className={classes} title={label("priority", priority)}>
      <span aria-hidden="true">P{priority}</span>
      <span className={css.hidden}>{label("priority", priority)}</span>
    </span>
  );
}

/** Time left until, or past, a due time; ticks by itself. */
export function Due({ at, settled = false }: { at: string | null; settled?: boolean }) {
  const now = useNow(10);
  if (settled && at) return <span className={css.due}>{moment(at)}</span>;
  const near = urgency(at, now);
  const classes = `${css.due} ${near === "late" ? css.late : near === "soon" ? css.soon : ""}`;
  return (
    <span className={classes} title={at ? moment(at) : undefined}>
      {countdown(at, now)}
    </span>
  );
}

export function Loading({ what }: { what?: string }) {
  return (
    <div className={css.notice} role="status">
      <span className={css.spinner} aria-hidden="true" />
      {what ?? t("app.loading")}
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <div className={css.notice}>{children}</div>;
}

/** What went wrong, in words for the person in front of it. */
export function problemText(error: unknown): string {
  if (!(error instanceof ApiProblem)) return t("error.crash");
  if (error.offline) return t("error.offline");
  if (error.status === 404) return t("error.notFound");
  if (error.status === 403) return t("error.forbidden");
  if (codes.problem && Object.hasOwn(codes.problem, error.slug)) {
    const text = code("problem", error.slug);
    return error.status === 422 && error.detail ? `${text} ${error.detail}` : text;
  }
  return error.detail || error.title;
}

/** Why the server would not, below a form; nothing without an error. */
export function Refusal({ error }: { error: unknown }) {
  if (!error) return null;
  return (
    <p className={css.error} role="alert">
      {problemText(error)}
    </p>
  );
}

export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <div className={`${css.notice} ${css.failure}`} role="alert">
      <strong>{t("error.title")}</strong>
      <span>{problemText(error)}</span>
      {retry && (
        <button type="button" className={css.button} onClick={retry}>
          {t("app.retry")}
        </button>
      )}
    </div>
  );
}

export function Section({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={css.section}>
      <header>
        <h3>{title}</h3>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** Pairs of name and value; empty values are left out. */
export function Facts({ rows }: { rows: readonly (readonly [name: string, value: ReactNode])[] }) {
  const shown = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return (
    <dl className={css.facts}>
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export { css as ui };
