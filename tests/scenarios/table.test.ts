import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";

const here = import.meta.dirname;
const ROW = /^\| (S\d+) \| (covered|differs|waits) \| (?:`(\w+)`)?/gm;
const NAME = /\bit\(\s*"([^"]+)"/g;

/** A row of the table: what is said of a number, and which file is said to show it. */
interface Row {
  number: string;
  verdict: string;
  section: string | undefined;
}

const rows: Row[] = [...readFileSync(join(here, "README.md"), "utf8").matchAll(ROW)].map(
  ([, number = "", verdict = "", section]) => ({ number, verdict, section }),
);

const scenarios = readdirSync(join(here, "sections")).flatMap((file) =>
  [...readFileSync(join(here, "sections", file), "utf8").matchAll(NAME)].map(([, name = ""]) => ({
    name,
    number: name.split(" ")[0] ?? "",
    section: basename(file, ".ts"),
  })),
);

describe("the table of scenarios", () => {
  it("has every number once, and a test behind every one that is said to be shown", () => {
    expect(rows.length).toBeGreaterThan(50);
    expect(new Set(rows.map(({ number }) => number)).size).toBe(rows.length);
    const shown = rows.filter(({ section }) => section !== undefined);
    expect(rows.filter(({ verdict, section }) => verdict === "covered" && !section)).toEqual([]);
    const missing = shown.filter(
      (row) => !scenarios.some(({ number, section }) => number === row.number && section === row.section),
    );
    expect(missing).toEqual([]);
  });

  it("knows the number that every test's name begins with, and where it is", () => {
    const unknown = scenarios.filter(
      (one) => !rows.some(({ number, section }) => number === one.number && section === one.section),
    );
    expect(unknown).toEqual([]);
  });

  it("says of no number that it waits while there is a test for it", () => {
    const waiting = new Set(rows.filter(({ verdict }) => verdict === "waits").map(({ number }) => number));
    expect(scenarios.filter(({ number }) => waiting.has(number))).toEqual([]);
  });

  it("runs every section", () => {
    const imported = readFileSync(join(here, "scenarios.test.ts"), "utf8");
    const left = readdirSync(join(here, "sections")).filter(
      (file) => !imported.includes(`./sections/${file}`),
    );
    expect(left).toEqual([]);
  });
});
