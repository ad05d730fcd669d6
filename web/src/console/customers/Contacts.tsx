import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get, patch, post, remove } from "../../shared/api/client";
import type { Page } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { ConfirmDialog } from "../ConfirmDialog";
import { type Field, FormDialog } from "../kit";
import css from "../panel.module.css";
import { useWrite } from "../useWrite";
import { type Contact, customerPath } from "./api";

const TEXTS = ["name", "title", "phone", "email", "is_primary"] as const;

function ContactDialog({
  path,
  contact,
  onClose,
}: {
  path: string;
  contact: Contact | null;
  onClose: () => void;
}) {
  const fields: Field[] = [
    { name: "name", label: t("customer.name"), required: true },
    { name: "title", label: t("contact.title") },
    { name: "phone", label: t("customer.phone"), kind: "tel", maxLength: 40 },
    { name: "email", label: t("customer.email"), kind: "email", maxLength: 254 },
    {
      name: "is_primary",
      label: t("contact.primary"),
      kind: "check",
      across: true,
      shown: () => !contact?.is_primary,
    },
  ];
  return (
    <FormDialog<Contact>
      title={contact ? t("contact.edit") : t("contact.new")}
      fields={fields}
      initial={contact ? Object.fromEntries(TEXTS.map((name) => [name, contact[name]])) : { name: "" }}
      send={(values) => {
        const said = { ...values, title: values.title ?? "" };
        return contact
          ? patch<Contact>(`/api/v1/contacts/${contact.id}`, { ...said, version: contact.version })
          : post<Contact>(path, said);
      }}
      keys={[[path]]}
      onClose={onClose}
    />
  );
}

/** The people at a customer, the one to call first on top. */
export function Contacts({ customerId, mayWrite }: { customerId: string; mayWrite: boolean }) {
  const path = `${customerPath(customerId)}/contacts`;
  const query = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => get<Page<Contact>>(path, {}, signal),
  });
  const [edited, setEdited] = useState<Contact | "new" | null>(null);
  const [leaving, setLeaving] = useState<Contact | null>(null);
  const forget = useWrite(
    (one: Contact) => remove(`/api/v1/contacts/${one.id}`),
    [[path]],
    () => setLeaving(null),
  );
  const add = mayWrite && (
    <button type="button" className={ui.button} onClick={() => setEdited("new")}>
      {t("contact.new")}
    </button>
  );
  return (
    <Section title={t("customer.contacts")} aside={add}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.data?.items.length === 0 && <p className={ui.soft}>{t("customer.noContacts")}</p>}
      <ul className={css.list}>
        {query.data?.items.map((one) => (
          <li key={one.id}>
            <span>
              {one.name} {one.title && <span className={ui.soft}>{one.title}</span>}{" "}
              {one.is_primary && <span className={`${ui.chip} ${ui.chipGood}`}>{t("contact.primary")}</span>}
              <br />
              <span className={ui.soft}>{[one.phone, one.email].filter(Boolean).join(" · ")}</span>
            </span>
            {mayWrite && (
              <span>
                <button
                  type="button"
                  className={`${ui.button} ${ui.quiet}`}
                  aria-label={t("contact.editOf", { name: one.name })}
                  onClick={() => setEdited(one)}
                >
                  {t("promise.edit")}
                </button>
                <button
                  type="button"
                  className={`${ui.button} ${ui.quiet}`}
                  aria-label={t("contact.removeOf", { name: one.name })}
                  onClick={() => setLeaving(one)}
                >
                  {t("contact.remove")}
                </button>
              </span>
            )}
          </li>
        ))}
      </ul>
      {edited && (
        <ContactDialog
          path={path}
          contact={edited === "new" ? null : edited}
          onClose={() => setEdited(null)}
        />
      )}
      {leaving && (
        <ConfirmDialog
          title={t("contact.removeOf", { name: leaving.name })}
          text={t("contact.removeSure")}
          action={t("contact.remove")}
          danger
          error={forget.error}
          busy={forget.isPending}
          onConfirm={() => forget.mutate(leaving)}
          onClose={() => setLeaving(null)}
        />
      )}
    </Section>
  );
}
