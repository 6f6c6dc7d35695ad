/**
 * Holds the documents to the tree: relative links and file paths in backticks must exist, and commands must name
 * npm scripts and files that exist. Prints each miss as `file:line`; exits 1 when there is one.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findDeadReferences, type Project } from "./doc-references.ts";
import { listProjectFiles, ROOT } from "./project-files.ts";

interface Workspace {
  name: string;
  folder: string;
  scripts: Set<string>;
}

const workspaces = listProjectFiles("package.json", "*/package.json").map((path): Workspace => {
  const { name, scripts = {} } = JSON.parse(readFileSync(join(ROOT, path), "utf8"));
  return { name, folder: dirname(path), scripts: new Set(Object.keys(scripts)) };
});

const project: Project = {
  exists: (path) => existsSync(join(ROOT, path)),
  scriptsOf: (workspace = ".") =>
    workspaces.find(({ name, folder }) => name === workspace || folder === workspace)?.scripts,
};

let count = 0;
for (const path of listProjectFiles("*.md")) {
  for (const { line, reason } of findDeadReferences(readFileSync(join(ROOT, path), "utf8"), path, project)) {
    console.error(`${path}:${line} ${reason}`);
    count++;
  }
}
process.exitCode = count === 0 ? 0 : 1;
