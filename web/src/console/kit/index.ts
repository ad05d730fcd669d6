/**
 * What the pages of the console are made of; a page is mostly tables of data for these.
 *
 * - A page: one name in `views.ts` (its group), its component in `pages.tsx`, a text `view.<name>`.
 * - `ListPage`: a list of the API (keyset pages, `Page<T>`): columns, filters kept in the address, search, rows to tick.
 *   A row opens the inspector: a kind in `views.ts` `KINDS`, its panel in `pages.tsx` `PANELS`.
 * - `PanelTabs`: the tabs of a panel, each with an address of its own.
 * - `FormDialog` (or `Fields` within a form of your own): a table of fields; the server's refusals stand at their fields.
 * - `Picker`: one customer, site, asset, technician, part or person, found by typing; more in `sources.ts`.
 * - `ImportDialog`: a CSV or XLSX file tried first, told row by row, then taken. `ExportLinks`: the way back.
 */

export { type Field, Fields, type Values } from "./Fields";
export { FormDialog } from "./FormDialog";
export { ExportLinks, ImportDialog } from "./ImportDialog";
export { type Column, type FilterField, ListPage } from "./ListPage";
export { PanelTabs } from "./PanelTabs";
export { Picker } from "./Picker";
export type { Source } from "./sources";
export { useFilter, useOne, usePages } from "./usePages";
