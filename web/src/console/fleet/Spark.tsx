import { columns } from "./figures";
import css from "./fleet.module.css";

/** A small chart of columns; its name tells what a reader of the screen would miss. */
export function Spark({ name, values }: { name: string; values: readonly (number | null)[] }) {
  return (
    <svg className={css.spark} viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label={name}>
      {columns(values).map(({ x, width, height }) => (
        <rect key={x} x={x} y={1 - height} width={width} height={height} />
      ))}
    </svg>
  );
}
