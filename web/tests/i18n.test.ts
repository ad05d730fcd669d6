import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dictionaries, fill } from "../src/shared/i18n";
import { codes, readable, withSkillNames } from "../src/shared/i18n/codes";

const SRC = join(import.meta.dirname, "../src");

function places(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();
}

describe("the dictionaries", () => {
  it("have the same keys, none empty", () => {
    expect(Object.keys(dictionaries.en).sort()).toEqual(Object.keys(dictionaries.zh).sort());
    for (const dictionary of Object.values(dictionaries)) {
      expect(Object.values(dictionary).filter((text) => text.trim() === "")).toEqual([]);
    }
  });

  it("have the same places to fill in", () => {
    for (const [key, text] of Object.entries(dictionaries.zh)) {
      expect([key, places(dictionaries.en[key as keyof typeof dictionaries.en])]).toEqual([
        key,
        places(text),
      ]);
    }
  });

  it("name every code in both languages", () => {
    for (const family of Object.values(codes)) {
      for (const names of Object.values(family)) expect(names.every((name) => name.length > 0)).toBe(true);
    }
  });
});

describe("texts", () => {
  it("are filled in once, and a value is never a template", () => {
    expect(fill("{a} and {b}", { a: "{b}", b: 2 })).toBe("{b} and 2");
  });

  it("of unknown codes are readable", () => {
    expect(readable("visit.no_access")).toBe("Visit: no access");
  });

  it("of the planner name skills, and nothing else is touched", () => {
    expect(withSkillNames("skill level 1 of 2 (rotating)", "en")).toBe(
      "skill level 1 of 2 (rotating equipment)",
    );
    expect(withSkillNames("具备技能 ev_charger_x 2 级，electrical", "zh")).toBe(
      "具备技能 ev_charger_x 2 级，电气",
    );
    expect(withSkillNames("constructor", "en")).toBe("constructor");
  });

  it("in Chinese have no half-width punctuation", () => {
    const chinese = Object.entries(dictionaries.zh).filter(([, text]) => /[,:;?!()]/.test(text));
    expect(chinese).toEqual([]);
  });

  it("stand in the dictionary only", () => {
    const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.tsx?$/.test(name),
    );
    const offenders = files.filter(
      (name) => !name.includes("i18n") && /[\u3400-\u9fff]/.test(readFileSync(join(SRC, name), "utf8")),
    );
    expect(offenders).toEqual([]);
  });
});
