import { useState } from "react";
import { label, t } from "../../shared/i18n";
import { Mark } from "../../shared/ui/Mark";
import { type Kind, STATES } from "../../shared/ui/marks";
import css from "./map.module.css";

const TITLES = { order: "map.orders", tech: "map.technicians", device: "map.devices" } as const;
const NAMES: Record<Kind, string> = { order: "state", tech: "tech", device: "health" };

/** What the marks mean; each group is also the switch of its layer. */
export function Legend({ hidden, onToggle }: { hidden: ReadonlySet<Kind>; onToggle: (kind: Kind) => void }) {
  const [open, setOpen] = useState(true);
  return (
    <section className={css.legend} aria-label={t("map.legend")}>
      <button type="button" className={css.legendTitle} aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("map.legend")}
        <span aria-hidden="true">{open ? "▾" : "▸"}</span>
      </button>
      {open &&
        (["order", "tech", "device"] as const).map((kind) => (
          <div key={kind} className={css.legendGroup}>
            <label>
              <input type="checkbox" checked={!hidden.has(kind)} onChange={() => onToggle(kind)} />
              {t(TITLES[kind])}
            </label>
            <ul>
              {STATES[kind].map((state) => (
                <li key={state}>
                  <Mark kind={kind} state={state} size={15} />
                  {label(NAMES[kind], state)}
                </li>
              ))}
            </ul>
          </div>
        ))}
      {open && <p className={css.legendNote}>{t("map.urgent")}</p>}
    </section>
  );
}
