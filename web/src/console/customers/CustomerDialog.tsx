import { patch, post } from "../../shared/api/client";
import { t } from "../../shared/i18n";
import { type Field, FormDialog } from "../kit";
import { CUSTOMERS, type Customer, customerPath } from "./api";

const CODE = "[A-Za-z0-9][A-Za-z0-9._\\/\\-]*";
const TEXTS = ["name", "phone", "email", "locale", "note", "tier"] as const;

/** A new customer, or another word on one. */
export function CustomerDialog({
  customer,
  onDone,
  onClose,
}: {
  customer: Customer | null;
  onDone?: (customer: Customer) => void;
  onClose: () => void;
}) {
  const fields: Field[] = [
    { name: "name", label: t("customer.name"), required: true, across: true },
    {
      name: "number",
      label: t("customer.number"),
      maxLength: 64,
      pattern: CODE,
      hint: t("customer.numberHint"),
      shown: () => customer === null,
    },
    {
      name: "tier",
      label: t("customer.tier"),
      maxLength: 64,
      pattern: CODE,
      hint: t("customer.tierHint"),
    },
    { name: "phone", label: t("customer.phone"), kind: "tel", maxLength: 40 },
    { name: "email", label: t("customer.email"), kind: "email", maxLength: 254 },
    {
      name: "locale",
      label: t("customer.locale"),
      kind: "choice",
      required: true,
      options: [
        ["zh", t("customer.locale.zh")],
        ["en", t("customer.locale.en")],
      ],
    },
    { name: "note", label: t("customer.note"), kind: "area" },
  ];
  return (
    <FormDialog<Customer>
      title={customer ? t("customer.edit") : t("customer.new")}
      fields={fields}
      initial={customer ? Object.fromEntries(TEXTS.map((name) => [name, customer[name]])) : { locale: "zh" }}
      send={(values) =>
        customer
          ? patch<Customer>(customerPath(customer.id), { ...values, version: customer.version })
          : post<Customer>(CUSTOMERS, values)
      }
      keys={[[CUSTOMERS], ...(customer ? [[customerPath(customer.id)]] : [])]}
      onClose={onClose}
      {...(onDone ? { onDone } : {})}
    />
  );
}
