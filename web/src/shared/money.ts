/** Amounts of money as the API sends them: decimal strings in the tenant's currency. */
import { getLang, LOCALES } from "./i18n";

export function money(amount: string, currency: string): string {
  return new Intl.NumberFormat(LOCALES[getLang()], { style: "currency", currency }).format(Number(amount));
}

/** A calendar day such as `2026-09-01` in the words of the language. */
export function dayOf(day: string | null): string {
  if (!day) return "";
  return new Intl.DateTimeFormat(LOCALES[getLang()], { dateStyle: "medium", timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );
}
