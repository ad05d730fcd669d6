import { type Kind, markOf } from "./marks";
import css from "./ui.module.css";

const PLAIN = {
  open: css.open,
  waiting: css.waiting,
  scheduled: css.scheduled,
  progress: css.progress,
} as const;
const COLOUR: Record<string, string | undefined> = {
  ...PLAIN,
  done: css.done,
  closed: css.closed,
  alarm: css.alarm,
};

/** The drawing of a state; decoration beside its name, hence hidden from screen readers. */
export function Mark({ kind, state, size = 18 }: { kind: Kind; state: string; size?: number }) {
  const { outline, glyph, colour, hollow } = markOf(kind, state);
  const classes = `${css.mark} ${COLOUR[colour] ?? ""} ${hollow ? css.hollow : ""}`;
  return (
    <svg className={classes} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path className={css.outline} d={outline} />
      <path className={css.glyph} d={glyph} />
    </svg>
  );
}
