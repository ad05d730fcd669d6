import { useRef, useState } from "react";
import { remove } from "../../shared/api/client";
import { label, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Failure, Loading, Refusal, Section, ui } from "../../shared/ui/parts";
import { ConfirmDialog } from "../ConfirmDialog";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import { type Attachment, KEY, ROLES, type Role, type Subject, useAttach, useAttachments } from "./api";
import css from "./files.module.css";

const KILO = 1024;

function sized(bytes: number): string {
  return bytes < KILO * KILO ? `${Math.ceil(bytes / KILO)} KB` : `${(bytes / KILO / KILO).toFixed(1)} MB`;
}

function Evidence({ one }: { one: Attachment }) {
  const { taken_local: taken, lat, lon } = one.file.evidence;
  return (
    <>
      {taken && <span>{t("files.taken", { at: taken.replace("T", " ").slice(0, 16) })}</span>}
      {lat !== undefined && lon !== undefined && (
        <span>{t("files.placed", { lat: lat.toFixed(4), lon: lon.toFixed(4) })}</span>
      )}
      {one.reused_from && (
        <strong className={css.reused}>
          {t("files.reused", {
            what: label("files.subject", one.reused_from.subject_kind),
            by: one.reused_from.linked_by_name,
            at: moment(one.reused_from.linked_at),
          })}
        </strong>
      )}
    </>
  );
}

function Row({ one, of, onRemove }: { one: Attachment; of: string; onRemove?: (() => void) | undefined }) {
  const place = `/api/v1/files/${one.file.id}`;
  return (
    <li className={css.row}>
      <a className={css.thumb} href={`${place}/content?inline=true`} target="_blank" rel="noreferrer">
        {one.file.width === null ? (
          <span aria-hidden="true">{one.name.split(".").at(-1)?.slice(0, 4).toUpperCase()}</span>
        ) : (
          <img src={`${place}/thumbnail`} alt="" loading="lazy" />
        )}
        <span className={ui.hidden}>{one.name}</span>
      </a>
      <div className={css.about}>
        <a className={panel.link} href={`${place}/content`} download={one.name}>
          {one.name}
        </a>
        {one.caption && <span>{one.caption}</span>}
        <span className={ui.soft}>
          {label("files.role", one.role)} · {of} · {one.linked_by_name} · {moment(one.linked_at)} ·{" "}
          {sized(one.file.size)}
        </span>
        <Evidence one={one} />
      </div>
      {onRemove && (
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          aria-label={t("files.remove", { name: one.name })}
          onClick={onRemove}
        >
          <span aria-hidden="true">×</span>
        </button>
      )}
    </li>
  );
}

function Add({ subject }: { subject: Subject }) {
  const [role, setRole] = useState<Role>("document");
  const input = useRef<HTMLInputElement>(null);
  const attach = useAttach(subject);
  const send = async (files: readonly File[]) => {
    for (const file of files) await attach.mutateAsync({ file, role }).catch(() => undefined);
    if (input.current) input.current.value = "";
  };
  return (
    <div className={css.add}>
      <select
        className={ui.input}
        aria-label={t("files.role")}
        value={role}
        onChange={(event) => setRole(event.target.value as Role)}
      >
        {ROLES.map((one) => (
          <option key={one} value={one}>
            {label("files.role", one)}
          </option>
        ))}
      </select>
      <label className={`${ui.button} ${css.choose}`}>
        <span>{t("files.add")}</span>
        <input
          ref={input}
          type="file"
          multiple
          className={ui.hidden}
          disabled={attach.isPending}
          onChange={(event) => void send([...(event.target.files ?? [])])}
        />
      </label>
      {attach.isPending && (
        <span role="status">{t("files.adding", { name: attach.variables.file.name })}</span>
      )}
      <Refusal error={attach.error} />
    </div>
  );
}

/** The files of some subjects; new ones are attached to the first. */
export function FileList({ subjects }: { subjects: readonly Subject[] }) {
  const write = useRights().files;
  const found = useAttachments(subjects);
  const [leaving, setLeaving] = useState<Attachment | null>(null);
  const removal = useWrite(
    (id: string) => remove(`/api/v1/attachments/${id}`),
    [[KEY]],
    () => setLeaving(null),
  );
  const [first] = subjects;
  const nameOf = (one: Attachment) => subjects.find((subject) => subject.id === one.subject_id)?.name ?? "";
  return (
    <Section title={t("files.title")}>
      {found.isPending && <Loading />}
      {found.error && <Failure error={found.error} retry={found.retry} />}
      {!found.isPending && !found.error && found.items.length === 0 && (
        <p className={ui.soft}>{t("files.empty")}</p>
      )}
      <ul className={css.list}>
        {found.items.map((one) => (
          <Row
            key={one.id}
            one={one}
            of={nameOf(one)}
            onRemove={write && one.role !== "report" ? () => setLeaving(one) : undefined}
          />
        ))}
      </ul>
      {write && first && <Add subject={first} />}
      {leaving && (
        <ConfirmDialog
          title={t("files.removeTitle")}
          text={t("files.removeText", { name: leaving.name })}
          action={t("files.removeAction")}
          danger
          busy={removal.isPending}
          error={removal.error}
          onConfirm={() => removal.mutate(leaving.id)}
          onClose={() => setLeaving(null)}
        />
      )}
    </Section>
  );
}
