import { useState } from "react";
import { put, remove } from "../../shared/api/client";
import { code, label, t } from "../../shared/i18n";
import { Failure, Loading, Refusal, Section, ui } from "../../shared/ui/parts";
import { type Field, FormDialog, useOne } from "../kit";
import lists from "../lists.module.css";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import {
  LABELS,
  type Label,
  type List,
  nameOf,
  SUBSTATUSES,
  type Substatus,
  TEMPLATES,
  type Template,
} from "./api";
import css from "./catalogue.module.css";
import { LabelChip } from "./LabelChip";
import { TemplateDialog } from "./TemplateDialog";

const STATES = [
  "pending_approval",
  "open",
  "waiting_parts",
  "scheduled",
  "in_progress",
  "completed",
  "verified",
];
const CODE = "[A-Za-z0-9][A-Za-z0-9._/\\-]*";

const names = (): Field[] => [
  { name: "name_zh", label: t("catalogue.nameZh"), required: true },
  { name: "name_en", label: t("catalogue.nameEn"), required: true },
];
const retired = (): Field => ({
  name: "retired",
  label: t("catalogue.retired"),
  kind: "check",
  across: true,
});

function colourField(): Field {
  return {
    name: "colour",
    label: t("catalogue.colour"),
    kind: "own",
    draw: (value, set) => (
      <input
        type="color"
        aria-label={t("catalogue.colour")}
        value={String(value)}
        onChange={(event) => set(event.target.value)}
      />
    ),
  };
}

function LabelDialog({ of, onClose }: { of: Label | null; onClose: () => void }) {
  const codeField: Field = {
    name: "code",
    label: t("catalogue.code"),
    required: true,
    pattern: CODE,
    maxLength: 64,
  };
  return (
    <FormDialog
      title={of ? t("catalogue.editOf", { name: nameOf(of) }) : t("catalogue.newLabel")}
      fields={[...(of ? [] : [codeField]), ...names(), colourField(), ...(of ? [retired()] : [])]}
      initial={of ? { ...of } : { colour: "#1f5fbf", retired: false }}
      send={({ code: key, ...rest }) => put<Label>(`${LABELS}/${encodeURIComponent(String(key))}`, rest)}
      keys={[[LABELS]]}
      onClose={onClose}
    />
  );
}

function SubstatusDialog({ of, onClose }: { of: Substatus | null; onClose: () => void }) {
  const keys: Field[] = [
    {
      name: "state",
      label: t("catalogue.state"),
      kind: "choice",
      required: true,
      options: STATES.map((one) => [one, label("state", one)]),
    },
    { name: "code", label: t("catalogue.code"), required: true, pattern: CODE, maxLength: 64 },
  ];
  return (
    <FormDialog
      title={of ? t("catalogue.editOf", { name: nameOf(of) }) : t("catalogue.newSubstatus")}
      fields={[...(of ? [] : keys), ...names(), ...(of ? [retired()] : [])]}
      initial={of ? { ...of } : { retired: false }}
      send={({ state, code: key, ...rest }) =>
        put<Substatus>(`${SUBSTATUSES}/${String(state)}/${encodeURIComponent(String(key))}`, rest)
      }
      keys={[[SUBSTATUSES]]}
      onClose={onClose}
    />
  );
}

function AddButton({ text, onClick }: { text: string; onClick: () => void }) {
  const rights = useRights();
  if (!rights.keep) return null;
  return (
    <button type="button" className={ui.button} onClick={onClick}>
      {text}
    </button>
  );
}

function EditButton({ name, onClick }: { name: string; onClick: () => void }) {
  const rights = useRights();
  if (!rights.keep) return null;
  return (
    <button
      type="button"
      className={panel.link}
      aria-label={t("catalogue.editOf", { name })}
      onClick={onClick}
    >
      {t("promise.edit")}
    </button>
  );
}

function Labels() {
  const query = useOne<List<Label>>(LABELS);
  const [asked, setAsked] = useState<Label | "new" | null>(null);
  const rows = query.data?.items ?? [];
  return (
    <Section
      title={t("catalogue.labels")}
      aside={<AddButton text={t("catalogue.newLabel")} onClick={() => setAsked("new")} />}
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("catalogue.noLabels")}</p>}
      <ul className={panel.list} aria-label={t("catalogue.labels")}>
        {rows.map((one) => (
          <li key={one.code}>
            <span className={one.retired ? css.retired : ""}>
              <LabelChip code={one.code} labels={rows} />{" "}
              <span className={`${ui.mono} ${ui.soft}`}>{one.code}</span>
            </span>
            <EditButton name={nameOf(one)} onClick={() => setAsked(one)} />
          </li>
        ))}
      </ul>
      {asked && <LabelDialog of={asked === "new" ? null : asked} onClose={() => setAsked(null)} />}
    </Section>
  );
}

function Substatuses() {
  const query = useOne<List<Substatus>>(SUBSTATUSES);
  const [asked, setAsked] = useState<Substatus | "new" | null>(null);
  const rows = query.data?.items ?? [];
  return (
    <Section
      title={t("catalogue.substatuses")}
      aside={<AddButton text={t("catalogue.newSubstatus")} onClick={() => setAsked("new")} />}
    >
      <p className={ui.soft}>{t("catalogue.substatusLead")}</p>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      <ul className={panel.list} aria-label={t("catalogue.substatuses")}>
        {rows.map((one) => (
          <li key={`${one.state} ${one.code}`}>
            <span className={one.retired ? css.retired : ""}>
              {label("state", one.state)} · {nameOf(one)}{" "}
              <span className={`${ui.mono} ${ui.soft}`}>{one.code}</span>
            </span>
            <EditButton name={nameOf(one)} onClick={() => setAsked(one)} />
          </li>
        ))}
      </ul>
      {asked && <SubstatusDialog of={asked === "new" ? null : asked} onClose={() => setAsked(null)} />}
    </Section>
  );
}

function TemplateRow({
  one,
  labels,
  onEdit,
}: {
  one: Template;
  labels: readonly Label[];
  onEdit: () => void;
}) {
  const rights = useRights();
  const drop = useWrite(() => remove(`${TEMPLATES}/${encodeURIComponent(one.work_type)}`), [[TEMPLATES]]);
  return (
    <tr>
      <th scope="row">
        {nameOf(one)} · <span className={ui.soft}>{code("work_type", one.work_type)}</span>
      </th>
      <td className={ui.num}>{t("promise.minutes", { n: one.duration_minutes })}</td>
      <td>
        {one.skill
          ? t("order.skillLevel", { skill: code("skill", one.skill), level: one.skill_level })
          : t("catalogue.byWords")}
      </td>
      <td>{one.priority ? label("priority", one.priority) : t("catalogue.asTicket")}</td>
      <td className={ui.num}>{one.parts.length}</td>
      <td>
        <span className={css.chips}>
          {one.labels.map((key) => (
            <LabelChip key={key} code={key} labels={labels} />
          ))}
        </span>
      </td>
      <td>
        {rights.keep && (
          <span className={css.chips}>
            <EditButton name={nameOf(one)} onClick={onEdit} />
            <button
              type="button"
              className={panel.link}
              aria-label={t("promise.removeOf", { name: nameOf(one) })}
              onClick={() => drop.mutate()}
            >
              {t("promise.remove")}
            </button>
          </span>
        )}
        <Refusal error={drop.error} />
      </td>
    </tr>
  );
}

function Templates() {
  const query = useOne<List<Template>>(TEMPLATES);
  const labels = useOne<List<Label>>(LABELS).data?.items ?? [];
  const [asked, setAsked] = useState<Template | "new" | null>(null);
  const rows = query.data?.items ?? [];
  const heads = ["kind", "duration", "skill", "priority", "kit", "labels"] as const;
  return (
    <Section
      title={t("catalogue.templates")}
      aside={<AddButton text={t("catalogue.newTemplate")} onClick={() => setAsked("new")} />}
    >
      <p className={ui.soft}>{t("catalogue.templateLead")}</p>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {rows.length > 0 && (
        <div className={ui.tableWrap}>
          <table className={ui.table}>
            <thead>
              <tr>
                {heads.map((one) => (
                  <th key={one} scope="col">
                    {t(`catalogue.${one}`)}
                  </th>
                ))}
                <td />
              </tr>
            </thead>
            <tbody>
              {rows.map((one) => (
                <TemplateRow key={one.work_type} one={one} labels={labels} onEdit={() => setAsked(one)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {asked && (
        <TemplateDialog of={asked === "new" ? null : asked} labels={labels} onClose={() => setAsked(null)} />
      )}
    </Section>
  );
}

/** What a company adds to orders: labels, substatuses, and what a kind of work starts with. */
export function CataloguePage() {
  return (
    <div className={lists.page}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard */}
      <div className={lists.scroller} tabIndex={0} role="region" aria-label={t("view.catalogue")}>
        <div className={css.page}>
          <Labels />
          <Substatuses />
          <Templates />
        </div>
      </div>
    </div>
  );
}
