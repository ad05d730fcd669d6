import { select } from "../route";
import type { SelectionKind } from "../views";
import css from "./kit.module.css";

interface Props<P extends string> {
  kind: SelectionKind;
  id: string;
  label: string;
  part: P;
  parts: readonly P[];
  nameOf: (part: P) => string;
}

/** The tabs of a panel, walked by arrow keys; the first one is the address without a part. */
export function PanelTabs<P extends string>({ kind, id, label, part, parts, nameOf }: Props<P>) {
  const open = (one: P) => select(kind, id, one === parts[0] ? undefined : one);
  const step = (by: number) => {
    const next = parts[(parts.indexOf(part) + by + parts.length) % parts.length];
    if (!next) return;
    open(next);
    document.getElementById(`part-${next}`)?.focus();
  };
  return (
    <div className={css.parts} role="tablist" aria-label={label}>
      {parts.map((one) => (
        <button
          key={one}
          id={`part-${one}`}
          type="button"
          role="tab"
          aria-selected={one === part}
          aria-controls="panel-part"
          tabIndex={one === part ? 0 : -1}
          onClick={() => open(one)}
          onKeyDown={(event) => {
            if (event.key === "ArrowRight") step(1);
            if (event.key === "ArrowLeft") step(-1);
          }}
        >
          {nameOf(one)}
        </button>
      ))}
    </div>
  );
}
