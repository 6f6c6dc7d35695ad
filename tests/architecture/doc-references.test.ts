import { describe, expect, it } from "vitest";
import { findDeadReferences, type Project } from "../../scripts/doc-references.ts";

const FILES = new Set(["docs/guide.md", "docs/other.md", "scripts/run.mjs", "apps/api/src/main.ts"]);
const project: Project = {
  exists: (path) => FILES.has(path),
  scriptsOf: (workspace) =>
    workspace === undefined
      ? new Set(["check", "start", "test"])
      : workspace === "@tidings/db"
        ? new Set(["generate"])
        : undefined,
};
const linesOf = (...lines: string[]) =>
  findDeadReferences(lines.join("\n"), "docs/guide.md", project).map(({ line }) => line);

describe("references in documents", () => {
  it("pass when they lead somewhere", () => {
    const text = [
      "See [other](other.md#part), [main](../apps/api/src/main.ts), [site](https://example.com), [here](#part).",
      "Read `apps/api/src/main.ts`; folders like `plugins/<kind>-<vendor>` and `packages/*/src` are patterns.",
      "`npm run check`, then `npm run generate --workspace @tidings/db` makes `apps/api/dist/main.js`.",
      "```sh",
      "npm ci && npm start   # the first run takes longer",
      "PORT=9000 node scripts/run.mjs",
      "```",
      "```ts",
      "import { gone } from `scripts/gone.mjs`;",
      "```",
    ];
    expect(linesOf(...text)).toEqual([]);
  });

  it.each([
    "a [link](gone.md)",
    "a path `apps/api/src/gone.ts`",
    "an inline command `npm run gone`",
    "a script of another workspace `npm run check --workspace @tidings/db`",
  ])("are reported: %s", (line) => {
    expect(linesOf("fine", line)).toEqual([2]);
  });

  it.each(["npm run gone", "npm ci && npm run gone -- --flag", "$ npm run gone", "node scripts/gone.mjs"])(
    "are reported in a shell snippet: %s",
    (command) => {
      expect(linesOf("```bash", command, "```")).toEqual([2]);
    },
  );
});
