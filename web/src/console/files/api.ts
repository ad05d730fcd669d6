import { useMutation, useQueries, useQueryClient } from "@tanstack/react-query";
import { get, post, putBytes, sendFile, withQuery } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import { t } from "../../shared/i18n";

export const ROLES = [
  "photo",
  "document",
  "signature",
  "recording",
  "certificate",
  "manual",
  "drawing",
] as const;
export type Role = (typeof ROLES)[number] | "report";
export type SubjectKind = "work_order" | "visit" | "ticket" | "asset" | "site" | "customer";

/** What files belong to, and how it is called beside them. */
export interface Subject {
  kind: SubjectKind;
  id: string;
  name: string;
}
export interface StoredFile {
  id: string;
  sha256: string;
  size: number;
  media_type: string;
  name: string;
  width: number | null;
  evidence: { taken_local?: string; lat?: number; lon?: number; camera?: string };
}
export interface Attachment {
  id: string;
  subject_kind: SubjectKind;
  subject_id: string;
  role: Role;
  item: string;
  name: string;
  caption: string;
  linked_by_name: string;
  linked_at: string;
  file: StoredFile;
  reused_from: { subject_kind: SubjectKind; linked_by_name: string; linked_at: string } | null;
}

export const KEY = "attachments";
const MOST = 200;
const IN_ONE_PIECE = 4 * 1024 * 1024;

/** The files of some subjects, in the order of the subjects. */
export function useAttachments(subjects: readonly Subject[]) {
  return useQueries({
    queries: subjects.map(({ kind, id }) => ({
      queryKey: [KEY, kind, id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get<Page<Attachment>>(
          "/api/v1/attachments",
          { subject_kind: kind, subject_id: id, limit: MOST },
          signal,
        ),
    })),
    combine: (found) => ({
      items: found.flatMap((one) => one.data?.items ?? []),
      isPending: found.some((one) => one.isPending),
      error: found.find((one) => one.isError)?.error,
      retry: () => {
        for (const one of found) void one.refetch();
      },
    }),
  });
}

async function hashOf(file: Blob): Promise<string> {
  if (!globalThis.crypto.subtle) throw new Error(t("files.insecure"));
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface Upload {
  id: string;
  received: number;
}

/** Send a file: a small one whole, a large one in pieces, from where an earlier try was cut off. */
async function upload(file: File): Promise<StoredFile> {
  const about = { name: file.name.slice(-200), media_type: file.type };
  if (file.size <= IN_ONE_PIECE) return sendFile<StoredFile>(withQuery("/api/v1/files", about), file);
  const body = { ...about, size: file.size, sha256: await hashOf(file) };
  let { id, received } = await post<Upload>("/api/v1/files/uploads", body);
  const place = `/api/v1/files/uploads/${id}`;
  while (received < file.size) {
    const piece = file.slice(received, received + IN_ONE_PIECE);
    ({ id, received } = await putBytes<Upload>(withQuery(place, { offset: received }), piece));
  }
  return post<StoredFile>(`${place}/finish`, {});
}

/** Upload a file and attach it. */
export function useAttach(subject: Subject) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ file, role }: { file: File; role: Role }) => {
      const { id } = await upload(file);
      const link = { file_id: id, subject_kind: subject.kind, subject_id: subject.id, role, name: file.name };
      return post<Attachment>("/api/v1/attachments", link);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: [KEY, subject.kind, subject.id] }),
  });
}
