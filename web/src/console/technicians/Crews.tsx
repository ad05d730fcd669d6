import { useState } from "react";
import { patch, post } from "../../shared/api/client";
import { code, t } from "../../shared/i18n";
import { dayOf } from "../../shared/time";
import { Empty, Failure, Loading, Refusal, ui } from "../../shared/ui/parts";
import { More } from "../cases/More";
import { Picker, usePages } from "../kit";
import { Modal } from "../Modal";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";
import sla from "../sla/sla.module.css";
import { useWrite } from "../useWrite";
import { CREWS, type Crew, type Member } from "./api";
import css from "./technicians.module.css";

type Draft = Omit<Member, "technician_name" | "technician_id"> & {
  key: number;
  technician_id: string | null;
};

function holdsOn(member: Pick<Member, "valid_from" | "valid_to">, day: string): boolean {
  return member.valid_from <= day && (member.valid_to === null || day <= member.valid_to);
}

function MemberRow({
  member,
  place,
  onChange,
  onDrop,
}: {
  member: Draft;
  place: number;
  onChange: (member: Draft) => void;
  onDrop: () => void;
}) {
  const day = (name: "valid_from" | "valid_to", words: string) => (
    <label>
      {words}
      <input
        type="date"
        className={ui.input}
        required={name === "valid_from"}
        value={member[name] ?? ""}
        onChange={(event) => onChange({ ...member, [name]: event.target.value || null } as Draft)}
      />
    </label>
  );
  return (
    <div className={css.member}>
      <Picker
        of="technician"
        label={`${t("crew.member")} ${place}`}
        value={member.technician_id}
        onChange={(technician_id) => onChange({ ...member, technician_id })}
        required
      />
      <label className={css.flag}>
        <input
          type="checkbox"
          checked={member.lead}
          onChange={(event) => onChange({ ...member, lead: event.target.checked })}
        />
        {t("crew.lead")}
      </label>
      {day("valid_from", t("crew.from"))}
      {day("valid_to", t("crew.to"))}
      <button
        type="button"
        className={`${ui.button} ${ui.quiet}`}
        aria-label={t("crew.drop", { n: place })}
        onClick={onDrop}
      >
        ×
      </button>
    </div>
  );
}

function CrewDialog({ crew, onClose }: { crew: Crew | null; onClose: () => void }) {
  const [name, setName] = useState(crew?.name ?? "");
  const [active, setActive] = useState(crew?.active ?? true);
  const [members, setMembers] = useState<Draft[]>(
    (crew?.members ?? []).map(({ technician_name: _, ...member }, key) => ({ ...member, key })),
  );
  const write = useWrite(
    () => {
      const said = { name: name.trim(), members: members.map(({ key: _, ...member }) => member) };
      return crew
        ? patch<Crew>(`${CREWS}/${crew.id}`, { ...said, active, version: crew.version })
        : post<Crew>(CREWS, said);
    },
    [[CREWS]],
    onClose,
  );
  const add = () => {
    const key = Math.max(-1, ...members.map((one) => one.key)) + 1;
    const fresh = { key, technician_id: null, lead: members.length === 0, valid_to: null };
    setMembers([...members, { ...fresh, valid_from: dayOf(Date.now()) }]);
  };
  return (
    <Modal title={crew ? t("crew.edit") : t("crew.new")} onClose={onClose} wide>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate(undefined);
        }}
      >
        <label className={ui.field}>
          <span>{t("crew.name")}</span>
          <input
            className={ui.input}
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        {crew && (
          <label>
            <input type="checkbox" checked={active} onChange={(event) => setActive(event.target.checked)} />{" "}
            {t("crew.active")}
          </label>
        )}
        {members.map((member, place) => (
          <MemberRow
            key={member.key}
            member={member}
            place={place + 1}
            onChange={(next) => setMembers(members.map((one) => (one.key === next.key ? next : one)))}
            onDrop={() => setMembers(members.filter((one) => one.key !== member.key))}
          />
        ))}
        <span>
          <button type="button" className={ui.button} onClick={add}>
            {t("crew.add")}
          </button>
        </span>
        <Refusal error={write.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={write.isPending}>
            {t("kit.save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}

/** Technicians who go together. */
export function Crews() {
  const rights = useRights();
  const query = usePages<Crew>(CREWS);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const [edited, setEdited] = useState<Crew | "new" | null>(null);
  const today = dayOf(Date.now());
  return (
    <div className={sla.scroll}>
      {rights.people && (
        <div className={sla.bar}>
          <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => setEdited("new")}>
            {t("crew.new")}
          </button>
        </div>
      )}
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <Empty>{t("crew.none")}</Empty>}
      {rows.map((crew) => (
        <section key={crew.id} className={sla.card} aria-label={crew.name}>
          <header>
            <h2>{crew.name}</h2>
            {!crew.active && <span className={`${ui.chip} ${ui.chipWarn}`}>{t("crew.inactive")}</span>}
            <span className={ui.soft}>
              {t("crew.can")}:{" "}
              {Object.entries(crew.skills)
                .map(([skill, level]) => `${code("skill", skill)} ${level}`)
                .join(", ") || t("crew.canNothing")}
            </span>
            <span className={sla.spring} />
            {rights.people && (
              <button
                type="button"
                className={ui.button}
                aria-label={t("crew.editOf", { name: crew.name })}
                onClick={() => setEdited(crew)}
              >
                {t("promise.edit")}
              </button>
            )}
          </header>
          <ul className={panel.list}>
            {crew.members.map((member) => (
              <li key={`${member.technician_id} ${member.valid_from}`}>
                <span>
                  <button
                    type="button"
                    className={panel.link}
                    onClick={() => select("technicians", member.technician_id)}
                  >
                    {member.technician_name}
                  </button>{" "}
                  {member.lead && <span className={`${ui.chip} ${ui.chipGood}`}>{t("crew.lead")}</span>}{" "}
                  {!holdsOn(member, today) && <span className={ui.chip}>{t("crew.past")}</span>}
                </span>
                <span className={ui.soft}>
                  {member.valid_from} – {member.valid_to ?? ""}
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <More query={query} />
      {edited && <CrewDialog crew={edited === "new" ? null : edited} onClose={() => setEdited(null)} />}
    </div>
  );
}
