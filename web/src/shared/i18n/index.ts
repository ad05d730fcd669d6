/** The current language and the lookup of texts; a missing key or parameter is a compile error. */
import { useSyncExternalStore } from "react";
import { codes, readable } from "./codes";
import { en } from "./en";
import { zh } from "./zh";

export type Lang = "zh" | "en";
export type Key = keyof typeof zh;
type Names<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Params<K extends Key> = [Names<(typeof zh)[K]>] extends [never]
  ? []
  : [params: Record<Names<(typeof zh)[K]>, string | number>];

export const dictionaries: Record<Lang, Record<Key, string>> = { zh, en };
export const LOCALES: Record<Lang, string> = { zh: "zh-CN", en: "en-GB" };

const LANG_KEY = "fieldhand.lang";

function initialLang(): Lang {
  if (typeof navigator === "undefined" || typeof localStorage === "undefined") return "en";
  const kept = localStorage.getItem(LANG_KEY);
  if (kept === "zh" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

let current: Lang = initialLang();
const listeners = new Set<() => void>();

function applyToDocument(): void {
  if (typeof document !== "undefined") document.documentElement.lang = LOCALES[current];
}
applyToDocument();

export function setLang(lang: Lang): void {
  current = lang;
  localStorage.setItem(LANG_KEY, lang);
  applyToDocument();
  for (const listener of listeners) listener();
}

export function getLang(): Lang {
  return current;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Put `params` into the `{places}` of `template`. */
export function fill(template: string, params: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => String(params[name] ?? place));
}

/** The text of `key` in the current language. */
export function t<K extends Key>(key: K, ...rest: Params<K>): string {
  const template = dictionaries[current][key];
  const params = rest[0];
  return params ? fill(template, params) : template;
}

/** The text of a key composed at run time (`state.` + value), or the value in readable form. */
export function label(prefix: string, value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === "") return t("app.none");
  const key = `${prefix}.${value}`;
  return key in zh ? dictionaries[current][key as Key] : readable(String(value));
}

/** The name of a coded value of the server, or the code in readable form. */
export function code(family: string, value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === "") return t("app.none");
  const names = codes[family]?.[String(value)];
  return names ? names[current === "zh" ? 0 : 1] : readable(String(value));
}

/** Re-render on a change of language; returns the current one. */
export function useLang(): Lang {
  return useSyncExternalStore(subscribe, getLang);
}
