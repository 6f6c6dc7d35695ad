import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AST, parse } from "svelte/compiler";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const settings = JSON.parse(readFileSync(join(root, "project.inlang/settings.json"), "utf8"));
const patterns: string[] = settings["plugin.inlang.messageFormat"].pathPattern;

function catalogue(locale: string): Map<string, string> {
  const messages = new Map<string, string>();
  for (const pattern of patterns) {
    const file = join(root, pattern.replace("{locale}", locale));
    const entries = Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>);
    for (const [key, message] of entries) {
      if (key === "$schema") continue;
      expect(messages.has(key), `${key} is defined twice`).toBe(false);
      messages.set(key, JSON.stringify(message));
    }
  }
  return messages;
}

/** What a message names; words that come in both languages count as one. */
function parameters(message: string, ownWords: string) {
  const names = [...message.matchAll(/(?<!\w)\{(\w+)\}/g)].map(([, name]) => name);
  return [...new Set(names)].map((name) => (name === ownWords ? "words" : name)).sort();
}

const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => /\.(ts|svelte)$/.test(file) && !file.includes("paraglide"))
  .map((file) => join("src", file));
const components = sources.filter((file) => file.endsWith(".svelte"));
const read = (file: string) => readFileSync(join(root, file), "utf8");

const chinese = catalogue("zh-CN");
const english = catalogue("en");

describe("the catalogues", () => {
  test("have the same keys", () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });

  test.each([...chinese])("%s takes the same parameters in both languages", (key, message) => {
    expect(parameters(english.get(key) ?? "", "en")).toEqual(parameters(message, "zh"));
  });

  test("hold nothing that is not used", () => {
    const used = new Set(
      sources.flatMap((file) => [...read(file).matchAll(/\bm\.(\w+)/g)].map(([, key]) => key)),
    );
    expect([...chinese.keys()].filter((key) => !used.has(key))).toEqual([]);
  });
});

/** Attributes that people read or hear. */
const SPOKEN = new Set([
  "alt",
  "aria-label",
  "confirm",
  "description",
  "help",
  "label",
  "placeholder",
  "text",
  "title",
]);
const SAYS_SOMETHING = /\p{L}{2,}/u;

function spokenText(node: unknown, found: string[] = []): string[] {
  if (typeof node !== "object" || node === null) return found;
  const { type } = node as AST.BaseNode;
  if (type === "Text") found.push((node as AST.Text).data);
  if (type === "Attribute")
    return SPOKEN.has((node as AST.Attribute).name) ? literal(node as AST.Attribute, found) : found;
  if (type === "StyleDirective") return found;
  for (const child of Object.values(node)) spokenText(child, found);
  return found;
}

function literal({ value }: AST.Attribute, found: string[]): string[] {
  for (const part of Array.isArray(value) ? value : [value])
    if (typeof part === "object" && part.type === "Text") found.push(part.data);
  return found;
}

describe("no text outside the catalogues", () => {
  test.each(components)("%s", (file) => {
    const { fragment } = parse(read(file), { modern: true });
    expect(spokenText(fragment).filter((text) => SAYS_SOMETHING.test(text))).toEqual([]);
  });

  test.each(sources)("%s holds no Chinese", (file) => {
    const code = read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*|<!--[\s\S]*?-->/g, "");
    expect(code).not.toMatch(/\p{Script=Han}/u);
  });
});
