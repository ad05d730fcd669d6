/** What the API says of contracts, entitlements and coverage. */
import { t } from "../../shared/i18n";

export const KINDS = ["labour", "parts", "travel", "consumables"] as const;
export type Kind = (typeof KINDS)[number];
export type Shares = Record<Kind, number>;
export const UNITS = ["visit", "hour", "amount"] as const;
export type Unit = (typeof UNITS)[number];
export const CYCLES = ["month", "quarter", "year", "term"] as const;
export type Cycle = (typeof CYCLES)[number];

export interface ContractLine {
  id: string;
  number: string;
  customer_id: string;
  customer_name: string;
  name: string;
  starts_on: string;
  ends_on: string;
  in_force: boolean;
  version: number;
}
export interface Terms {
  version: number;
  written_at: string;
  name: string;
  starts_on: string;
  ends_on: string;
  coverage: Shares;
  tier: string | null;
  price_list_id: string | null;
  note: string;
  asset_ids: string[];
  class_codes: string[];
  site_ids: string[];
  entitlements: { unit: Unit; quantity: string; cycle: Cycle }[];
}
export interface Contract extends ContractLine {
  terms: Terms;
}
export interface Allowance {
  id: string;
  unit: Unit;
  starts_on: string;
  ends_on: string;
  granted: string;
  balance: string;
}
export interface Entry {
  id: string;
  unit: Unit;
  kind: "grant" | "consume" | "give_back" | "expire";
  quantity: string;
  work_order_id: string | null;
  reason: string;
  at: string;
}
export interface Decided {
  seq: number;
  basis: "warranty" | "contract" | "none";
  reason:
    | "in_warranty"
    | "in_contract"
    | "warranty_ended"
    | "contract_ended"
    | "not_begun"
    | "not_in_scope"
    | "entitlement_spent"
    | "nothing_agreed"
    | "overridden";
  reason_on: string | null;
  contract_id: string | null;
  contract_number: string | null;
  tier: string | null;
  coverage: Shares;
  note: string | null;
  at: string;
}

/** `covered`, `excluded` or a percentage. */
export function shareText(percent: number): string {
  if (percent === 100) return t("money.covered");
  return percent === 0 ? t("money.excluded") : t("money.percent", { n: percent });
}
