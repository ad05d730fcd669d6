import { useQuery } from "@tanstack/react-query";
import { get, post, remove, sendFile, withQuery } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Failure, Loading, Refusal, Section, ui } from "../../shared/ui/parts";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { useWrite } from "../useWrite";
import type { AssetDetail } from "./api";
import css from "./assets.module.css";

const PATH = "/api/v1/attachments";

interface Attachment {
  id: string;
  name: string;
  linked_by_name: string;
  linked_at: string;
  file: { id: string; media_type: string };
  reused_from: { linked_at: string } | null;
}

/** The documents and photos of an asset. */
export function Documents({ asset }: { asset: AssetDetail }) {
  const rights = useRights();
  const key = ["asset", asset.id, "documents"];
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      get<Page<Attachment>>(PATH, { subject_kind: "asset", subject_id: asset.id, limit: 200 }, signal),
  });
  const add = useWrite(
    async (file: File) => {
      const kept = await sendFile<{ id: string }>(withQuery("/api/v1/files", { name: file.name }), file);
      return post(PATH, {
        file_id: kept.id,
        subject_kind: "asset",
        subject_id: asset.id,
        role: file.type.startsWith("image/") ? "photo" : "document",
        name: file.name,
      });
    },
    [key],
  );
  const drop = useWrite((id: string) => remove(`${PATH}/${encodeURIComponent(id)}`), [key]);
  const rows = query.data?.items ?? [];
  const content = (one: Attachment) => `/api/v1/files/${encodeURIComponent(one.file.id)}`;
  return (
    <Section title={t("asset.part.documents")}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("asset.documentsNone")}</p>}
      <ul className={`${panel.list} ${css.documents}`}>
        {rows.map((one) => (
          <li key={one.id}>
            <span>
              {one.file.media_type.startsWith("image/") && (
                <img src={`${content(one)}/thumbnail`} alt="" loading="lazy" />
              )}
              <a className={panel.link} href={`${content(one)}/content`} target="_blank" rel="noreferrer">
                {one.name}
              </a>{" "}
              <span className={ui.soft}>
                {moment(one.linked_at)} · {one.linked_by_name}
              </span>{" "}
              {one.reused_from && <span className={`${ui.chip} ${ui.chipWarn}`}>{t("asset.reused")}</span>}
            </span>
            {rights.readings && (
              <button
                type="button"
                className={panel.link}
                aria-label={t("asset.detach", { name: one.name })}
                disabled={drop.isPending}
                onClick={() => drop.mutate(one.id)}
              >
                {t("asset.remove")}
              </button>
            )}
          </li>
        ))}
      </ul>
      {rights.readings && (
        <label className={ui.field}>
          <span>{t("asset.addDocument")}</span>
          <input
            type="file"
            className={ui.input}
            disabled={add.isPending}
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) add.mutate(file);
              event.target.value = "";
            }}
          />
          <small className={ui.soft}>{t("asset.addDocumentHint")}</small>
        </label>
      )}
      <Refusal error={add.error ?? drop.error} />
    </Section>
  );
}
