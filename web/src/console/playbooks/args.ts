import type { Arg } from "../../shared/api/cases";

/** The arguments of a command from what was typed; null if that is no object of plain values. */
export function argsOf(text: string): Record<string, Arg> | null {
  try {
    const found: unknown = JSON.parse(text.trim() || "{}");
    if (typeof found !== "object" || found === null || Array.isArray(found)) return null;
    const plain = Object.values(found).every((value) => value === null || typeof value !== "object");
    return plain ? (found as Record<string, Arg>) : null;
  } catch {
    return null;
  }
}
