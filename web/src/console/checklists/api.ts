import { useQuery } from "@tanstack/react-query";
import { post, put } from "../../shared/api/client";
import { getLang, label, t } from "../../shared/i18n";

export const TYPES = ["bool", "number", "choice", "text", "photo", "signature", "reading"] as const;
export const OPERATORS = ["equals", "not_equals", "over", "under", "answered"] as const;
export const SIGNATURES = ["none", "name", "drawn"] as const;
export type ItemType = (typeof TYPES)[number];
export type Value = boolean | string;

export interface Condition {
  item: string;
  op: (typeof OPERATORS)[number];
  value: Value | null;
}
export interface Item {
  key: string;
  text_zh: string;
  text_en: string;
  type: ItemType;
  mandatory: boolean;
  unit: string | null;
  min: string | null;
  max: string | null;
  choices: string[];
  failing: string[];
  shown_if: Condition | null;
  needs_photo: boolean;
  weight: number;
  meter: string | null;
}
export interface Draft {
  name_zh: string;
  name_en: string;
  asset_class: string | null;
  work_type: string | null;
  items: Item[];
  pass_mark: number | null;
  signature: (typeof SIGNATURES)[number];
}
export interface Checklist extends Draft {
  id: string;
  code: string;
  version: number;
  published_at: string | null;
  retired_at: string | null;
}
export interface Judgement {
  visible: string[];
  missing: string[];
  failed: string[];
  score: string | null;
  passed: boolean | null;
}
export interface Difference {
  added: string[];
  removed: string[];
  changed: Record<string, { member: string; before: unknown; after: unknown }[]>;
  reordered: boolean;
}

export const PATH = "/api/v1/checklists";
const NUMBERS: readonly ItemType[] = ["number", "reading"];

export const isNumber = (type: ItemType | undefined) => type !== undefined && NUMBERS.includes(type);
export const isFile = (type: ItemType) => type === "photo" || type === "signature";

export function nameOf(one: Pick<Draft, "name_zh" | "name_en">): string {
  return getLang() === "zh" ? one.name_zh : one.name_en;
}

export function textOf(item: Pick<Item, "text_zh" | "text_en">): string {
  return getLang() === "zh" ? item.text_zh : item.text_en;
}

export function stateOf(one: Checklist): "draft" | "published" | "retired" {
  if (one.retired_at) return "retired";
  return one.published_at ? "published" : "draft";
}

/** When an item is shown, in words; nothing: always. */
export function ruleOf({ shown_if: rule }: Item): string {
  if (!rule) return "";
  const value = rule.value === null ? "" : typeof rule.value === "boolean" ? yesNo(rule.value) : rule.value;
  return t("checklist.rule", { item: rule.item, op: label("checklist.op", rule.op), value }).trim();
}

export function yesNo(value: boolean): string {
  return t(value ? "checklist.yes" : "checklist.no");
}

export function blank(key: string): Item {
  return {
    key,
    text_zh: "",
    text_en: "",
    type: "bool",
    mandatory: true,
    unit: null,
    min: null,
    max: null,
    choices: [],
    failing: [],
    shown_if: null,
    needs_photo: false,
    weight: 0,
    meter: null,
  };
}

/** What may be asked of an item of this type; the rest is taken away when the type changes. */
export function fitted(item: Item): Item {
  const number = isNumber(item.type);
  const choice = item.type === "choice";
  return {
    ...item,
    unit: number ? item.unit : null,
    min: number ? item.min : null,
    max: number ? item.max : null,
    choices: choice ? item.choices : [],
    failing: choice ? item.failing : [],
    meter: item.type === "reading" ? item.meter : null,
  };
}

/** Write the next version of a code, or a draft anew. */
export function save(code: string, id: string | null, draft: Draft): Promise<Checklist> {
  return id ? put<Checklist>(`${PATH}/${id}`, draft) : post<Checklist>(PATH, { ...draft, code });
}

/** What answers to a draft amount to, asked of the server; kept until the next answer of it is there. */
export function useJudgement(draft: Draft, answers: Record<string, Value>, photos: readonly string[]) {
  const types = new Map(draft.items.map((item) => [item.key, item.type]));
  const given = Object.fromEntries(
    Object.entries(answers).filter(([key, value]) => types.has(key) && value !== ""),
  );
  const body = { ...draft, answers: given, photos: photos.filter((key) => types.has(key)) };
  return useQuery({
    queryKey: ["checklist-preview", body],
    queryFn: () => post<Judgement>(`${PATH}/preview`, body),
    placeholderData: (before) => before,
    retry: false,
    enabled: draft.items.length > 0,
  });
}
