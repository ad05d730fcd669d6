/** Labels, substatuses and templates of kinds of work, and orders that belong together. */
import type { OrderName, Priority } from "../../shared/api/types";
import { getLang } from "../../shared/i18n";

export const LABELS = "/api/v1/order-labels";
export const SUBSTATUSES = "/api/v1/order-substatuses";
export const TEMPLATES = "/api/v1/work-templates";

export interface Named {
  name_zh: string;
  name_en: string;
}
export interface Label extends Named {
  code: string;
  colour: string;
  retired: boolean;
}
export interface Substatus extends Named {
  state: string;
  code: string;
  retired: boolean;
}
export interface Template extends Named {
  work_type: string;
  duration_minutes: number;
  skill: string | null;
  skill_level: number;
  priority: Priority | null;
  labels: string[];
  parts: { part_id: string; quantity: string }[];
  version: number;
}
export interface Earlier extends OrderName {
  kind: "ticket" | "order";
  opened_at: string;
  why: string;
}
export interface List<T> {
  items: T[];
}

/** What something is called in the language of the screen. */
export const nameOf = (one: Named) => (getLang() === "zh" ? one.name_zh : one.name_en);
