/**
 * Looks for what no file of the project may contain. Prints each find as `file:line`; exits 1 when there is one.
 * A bracket in a pattern keeps this file from finding itself.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { listProjectFiles, ROOT } from "./project-files.ts";

const CODE = /\.(ts|mts|mjs|cjs|js|svelte|sql)$/;
const TEXT = /\.(ts|mts|mjs|cjs|js|svelte|sql|json|md|ya?ml|css|html|sh)$|^\.ci\//;
const GENERATED = /(^|\/)(generated|paraglide)\//;
const DRAWERS = /(^|\/)(shared|common|utils?|helpers?|misc)(\/|\.(ts|mjs|svelte)$)/;

const BANNED = [
  {
    files: TEXT,
    pattern: /(?<![\w.:/-])\/(home|Users|root|work|workspace)\/[\w.]/,
    reason: "a path of one machine",
  },
  { files: TEXT, pattern: /\bregistr[y]\.\w+\.(org|com|cn|net)\b/, reason: "a registry's host" },
  { files: TEXT, pattern: /^(<{7} |>{7} |={7}$)/, reason: "a merge conflict" },
  { files: CODE, pattern: /\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b/, reason: "something left open" },
  {
    files: CODE,
    pattern: /\b(it|test|describe)\.(only|skip|todo)\(/,
    reason: "a test that is alone or left out",
  },
  { files: CODE, pattern: /@ts-(ignore|nocheck)|\bas an[y]\b/, reason: "a silenced type" },
  { files: CODE, pattern: /^\s*debugge[r];/, reason: "a breakpoint" },
];

const finds: string[] = [];
for (const path of listProjectFiles()) {
  if (GENERATED.test(path) || !TEXT.test(path)) continue;
  if (CODE.test(path) && DRAWERS.test(path)) finds.push(`${path} is a drawer: name what is in it`);
  const rules = BANNED.filter(({ files }) => files.test(path));
  readFileSync(join(ROOT, path), "utf8")
    .split("\n")
    .forEach((line, index) => {
      for (const { pattern, reason } of rules) {
        if (pattern.test(line)) finds.push(`${path}:${index + 1} ${reason}: ${line.trim().slice(0, 120)}`);
      }
    });
}
for (const find of finds) console.error(find);
if (finds.length > 0) console.error(`${basename(import.meta.filename)}: ${finds.length} to mend`);
process.exitCode = finds.length === 0 ? 0 : 1;
