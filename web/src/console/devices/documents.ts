/** JSON documents as people write them: read, compared, turned into a merge patch (RFC 7396). */
import type { Document } from "../../shared/api/fleet";
import { t } from "../../shared/i18n";

export type Reading = { value: Document; fault: null } | { value: null; fault: string };

function isObject(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object that a text holds, or why it does not hold one. */
export function readObject(text: string): Reading {
  try {
    const value: unknown = JSON.parse(text.trim() === "" ? "{}" : text);
    return isObject(value) ? { value, fault: null } : { value: null, fault: t("form.object") };
  } catch (error) {
    return { value: null, fault: t("form.json", { why: error instanceof Error ? error.message : "" }) };
  }
}

/** The same, of which no member is an object or a list: what a command takes. */
export function readFlat(text: string): Reading {
  const read = readObject(text);
  const deep =
    read.value && Object.entries(read.value).find(([, value]) => typeof value === "object" && value);
  return deep ? { value: null, fault: t("form.flat", { name: deep[0] }) } : read;
}

/** True of equal JSON values, in whatever order their members stand. */
export function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((value, index) => same(value, other[index]));
  if (!isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && same(one[name], other[name]))
  );
}

/** The merge patch that makes `after` of `before`: null takes a member away. */
export function mergePatch(before: Document, after: Document): Document {
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const entries: [string, unknown][] = gone.map((name) => [name, null]);
  for (const [name, value] of Object.entries(after)) {
    const old = before[name];
    if (Object.hasOwn(before, name) && same(old, value)) continue;
    entries.push([name, isObject(old) && isObject(value) ? mergePatch(old, value) : value]);
  }
  return Object.fromEntries(entries);
}

export type Standing = "same" | "differs" | "missing" | "extra";

export interface Line {
  /** Member names down to the value, such as `limits.high`. */
  path: string;
  desired: unknown;
  reported: unknown;
  standing: Standing;
}

function leaves(value: unknown, path: string): [string, unknown][] {
  if (!isObject(value) || (path !== "" && Object.keys(value).length === 0)) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, path ? `${path}.${name}` : name));
}

/** Two documents value by value, each with how it stands. */
export function compare(desired: Document, reported: Document): Line[] {
  const [wanted, said] = [new Map(leaves(desired, "")), new Map(leaves(reported, ""))];
  return [...new Set([...wanted.keys(), ...said.keys()])].sort().map((path) => {
    const line = { path, desired: wanted.get(path), reported: said.get(path) };
    if (!said.has(path)) return { ...line, standing: "missing" };
    if (!wanted.has(path)) return { ...line, standing: "extra" };
    return { ...line, standing: same(line.desired, line.reported) ? "same" : "differs" };
  });
}
