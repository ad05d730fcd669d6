import { useState } from "react";
import { post } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import { type Field, FormDialog, useFilter, type Values } from "../kit";
import { go, narrow } from "../route";
import { useMe } from "../session";
import { useWrite } from "../useWrite";
import { askedOf, filterOf, forget, type SavedView, useViews, VIEWS } from "./api";
import { columnNames, NAMES, USUAL } from "./columns";
import css from "./orderlist.module.css";

const SHARERS = ["dispatcher", "supervisor", "admin"];
const KEYS = [[VIEWS]];

/** Filters, order and columns as the server keeps them. */
function queryOf(filter: Readonly<Record<string, string>>): Record<string, unknown> {
  const { priority, overdue, ...rest } = askedOf(filter);
  return {
    ...rest,
    ...(priority ? { priority: (priority as readonly string[]).map(Number) } : {}),
    ...(overdue ? { overdue: true } : {}),
  };
}

/** The view that the address shows, if it is one of the saved ones. */
function shownOf(
  views: readonly SavedView[],
  filter: Readonly<Record<string, string>>,
): SavedView | undefined {
  const told = (one: Readonly<Record<string, string>>) =>
    JSON.stringify(
      Object.entries({ ...one, columns: columnNames(one).join(",") }).sort(([a], [b]) => a.localeCompare(b)),
    );
  const now = told(filter);
  return views.find((one) => told(filterOf(one)) === now);
}

/** Saved views, keeping the present one, and which columns are shown. */
export function Views() {
  const filter = useFilter();
  const { roles } = useMe();
  const [dialog, setDialog] = useState<"keep" | "columns" | null>(null);
  const views = useViews().data ?? [];
  const shown = shownOf(views, filter);
  const mayShare = roles.some((role) => SHARERS.includes(role));
  const drop = useWrite(forget, KEYS, () => narrow({}));
  const names = columnNames(filter);
  const fields: Field[] = [
    { name: "name", label: t("orders.viewName"), required: true, across: true },
    ...(mayShare ? [{ name: "shared", label: t("orders.viewShared"), kind: "check" } as const] : []),
  ];
  const keep = (values: Values) =>
    post<SavedView>(VIEWS, { ...values, query: queryOf(filter), columns: names });
  return (
    <span className={css.views}>
      <select
        className={ui.input}
        aria-label={t("orders.views")}
        value={shown?.id ?? ""}
        onChange={(event) => {
          const view = views.find((one) => one.id === event.target.value);
          go({ filter: view ? filterOf(view) : {} });
        }}
      >
        <option value="">{t("orders.views")}</option>
        {views.map((one) => (
          <option key={one.id} value={one.id}>
            {one.shared ? t("orders.sharedName", { name: one.name }) : one.name}
          </option>
        ))}
      </select>
      {shown && (mayShare || !shown.shared) ? (
        <button
          type="button"
          className={ui.button}
          disabled={drop.isPending}
          onClick={() => drop.mutate(shown.id)}
        >
          {t("orders.forget")}
        </button>
      ) : (
        <button type="button" className={ui.button} onClick={() => setDialog("keep")}>
          {t("orders.keep")}
        </button>
      )}
      <button type="button" className={ui.button} onClick={() => setDialog("columns")}>
        {t("orders.columns")}
      </button>
      {dialog === "keep" && (
        <FormDialog
          title={t("orders.keep")}
          fields={fields}
          initial={{ name: "", shared: false }}
          send={keep}
          keys={KEYS}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === "columns" && (
        <FormDialog
          title={t("orders.columns")}
          fields={NAMES.filter((name) => name !== "number").map((name) => ({
            name,
            label: t(`orders.column.${name}`),
            kind: "check",
          }))}
          initial={Object.fromEntries(NAMES.map((name) => [name, names.includes(name)]))}
          send={async (values) => NAMES.filter((name) => name === "number" || values[name] === true)}
          keys={[]}
          onDone={(wanted) => narrow({ columns: wanted.join() === USUAL.join() ? "" : wanted.join(",") })}
          onClose={() => setDialog(null)}
        />
      )}
    </span>
  );
}
