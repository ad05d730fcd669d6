import { useState } from "react";
import { post } from "../../shared/api/client";
import { code, label, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Facts, Failure, Loading, Refusal, Section, ui } from "../../shared/ui/parts";
import { useOne } from "../kit";
import { Panel } from "../Panel";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import { type Checklist, type Difference, type Item, nameOf, PATH, ruleOf, stateOf, textOf } from "./api";
import { TONES } from "./ChecklistList";
import css from "./checklists.module.css";
import { Editor } from "./Editor";

function limits({ min, max, unit, choices }: Item): string {
  if (choices.length > 0) return choices.join(" / ");
  if (min === null && max === null) return unit ?? "";
  return `${min ?? ""} … ${max ?? ""} ${unit ?? ""}`.trim();
}

function Items({ items }: { items: readonly Item[] }) {
  return (
    <Section title={t("checklist.items")}>
      <ol className={css.items}>
        {items.map((item) => (
          <li key={item.key}>
            <span>
              {textOf(item)} {item.mandatory && <b title={t("checklist.mandatory")}>*</b>}
            </span>
            <span className={ui.soft}>
              {[
                label("checklist.type", item.type),
                limits(item),
                item.needs_photo && t("checklist.photo"),
                item.weight > 0 && `${t("checklist.weight")} ${item.weight}`,
                item.meter && `${t("checklist.meter")} ${item.meter}`,
                ruleOf(item),
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function said(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function Changes({ one }: { one: Checklist }) {
  const since = one.version - 1;
  const query = useOne<Difference>(`${PATH}/${one.id}/changes?since=${since}`);
  const found = query.data;
  if (!found) return query.isError ? null : <Loading />;
  const changed = Object.entries(found.changed);
  const same = found.added.length + found.removed.length + changed.length === 0 && !found.reordered;
  return (
    <Section title={t("checklist.changes", { n: since })}>
      {same && <p className={ui.soft}>{t("checklist.noChanges")}</p>}
      <Facts
        rows={[
          [t("checklist.added"), found.added.join(", ")],
          [t("checklist.removed"), found.removed.join(", ")],
        ]}
      />
      <ul className={css.items}>
        {changed.map(([key, changes]) => (
          <li key={key}>
            <span>
              {t("checklist.changed")} {key}
            </span>
            {changes.map((change) => (
              <span key={change.member} className={ui.soft}>
                {change.member}: {said(change.before)} → {said(change.after)}
              </span>
            ))}
          </li>
        ))}
      </ul>
      {found.reordered && <p>{t("checklist.reordered")}</p>}
    </Section>
  );
}

/** One version of a checklist: its items, what changed, and what can be done with it. */
export function ChecklistPanel({ id }: { id: string }) {
  const query = useOne<Checklist>(`${PATH}/${encodeURIComponent(id)}`);
  const write = useRights().checklists;
  const [writing, setWriting] = useState(false);
  const move = useWrite(
    (way: "publish" | "retire") => post(`${PATH}/${id}/${way}`, {}),
    [[PATH], [`${PATH}/${id}`]],
  );
  const one = query.data;
  if (!one) {
    return (
      <Panel title={t("view.checklists")}>
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Panel>
    );
  }
  const state = stateOf(one);
  const lead = (
    <div className={panel.lead}>
      <span className={panel.number}>
        {one.code} v{one.version}
      </span>
      <span className={`${ui.chip} ${TONES[state]}`}>{label("checklist.state", state)}</span>
    </div>
  );
  return (
    <Panel title={nameOf(one)} lead={lead}>
      {write && (
        <div className={panel.actions}>
          <button type="button" className={ui.button} onClick={() => setWriting(true)}>
            {t(state === "draft" ? "checklist.edit" : "checklist.newVersion")}
          </button>
          {state !== "retired" && (
            <button
              type="button"
              className={`${ui.button} ${state === "draft" ? ui.primary : ui.danger}`}
              disabled={move.isPending}
              onClick={() => move.mutate(state === "draft" ? "publish" : "retire")}
            >
              {t(state === "draft" ? "checklist.publish" : "checklist.retire")}
            </button>
          )}
          <Refusal error={move.error} />
        </div>
      )}
      <Section title={t("checklist.name")}>
        <Facts
          rows={[
            [t("checklist.nameZh"), one.name_zh],
            [t("checklist.nameEn"), one.name_en],
            [t("checklist.class"), one.asset_class ?? t("checklist.any")],
            [t("checklist.work"), one.work_type ? code("work_type", one.work_type) : t("checklist.any")],
            [t("checklist.passMark"), one.pass_mark],
            [t("checklist.signature"), label("checklist.signature", one.signature)],
            [t("checklist.published"), one.published_at && moment(one.published_at)],
            [t("checklist.retired"), one.retired_at && moment(one.retired_at)],
          ]}
        />
      </Section>
      <Items items={one.items} />
      {one.version > 1 && <Changes one={one} />}
      {writing && <Editor from={one} onClose={() => setWriting(false)} />}
    </Panel>
  );
}
