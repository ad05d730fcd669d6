import { t } from "../shared/i18n";
import { go } from "./route";
import { GROUPS, type Group, groupOf, type View } from "./views";
import css from "./workspace.module.css";

/** Drawings of the groups, strokes on a field of 24 by 24. */
const GLYPHS: Readonly<Record<Group, string>> = {
  map: "M9 4 3 6v14l6-2 6 2 6-2V4l-6 2-6-2zM9 4v14M15 6v14",
  board: "M4 5h16v15H4zM4 10h16M8 3v4M16 3v4M7 13h6M11 16.5h6",
  work: "M6 4h12v17H6zM9 3h6v3H9zM9 11h6M9 15h6",
  customers: "M4 21V9l8-5 8 5v12M4 21h16M10 21v-6h4v6",
  assets:
    "M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M18.4 5.6l-2.2 2.2M7.8 16.2l-2.2 2.2",
  maintenance: "M14.5 5.5a4 4 0 0 0-5 5L3 17l4 4 6.5-6.5a4 4 0 0 0 5-5L16 12l-3-1-1-3z",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3 3 0 0 1 0 6M18 14.5c2.3.8 3.5 2.8 3.5 5.5",
  contracts: "M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h4",
  cases: "M3 17l5-6 4 3 4-7 5 5M3 21h18",
  fleet: "M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4",
  promises: "M12 4a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 8v5l3.5 2M9 2h6",
  figures: "M4 20V10M10 20V4M16 20v-7M21 20H3",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
};

/** Where everything is: one button for each group of pages. */
export function NavRail({ view }: { view: View }) {
  const groups = Object.entries(GROUPS).filter(([, views]) => views.length > 0);
  return (
    <nav aria-label={t("header.views")} className={css.rail}>
      {groups.map(([name, views]) => {
        const group = name as Group;
        const first = views[0] as View;
        return (
          <button
            key={group}
            type="button"
            aria-current={groupOf(view) === group ? "page" : undefined}
            onClick={() => go({ view: first, wide: false })}
          >
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d={GLYPHS[group]} />
            </svg>
            {t(`group.${group}`)}
          </button>
        );
      })}
    </nav>
  );
}
