import { posix } from "node:path";

const LINK = /\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g;
const INLINE_CODE = /`([^`\n]+)`/g;
const FENCE = /^\s*(```|~~~)(\w*)/;
const SHELLS = new Set(["sh", "bash", "shell", "console"]);
/** Anything with a scheme, and places inside the same page. */
const ELSEWHERE = /^([a-z][a-z0-9+.-]*:|#|\/\/)/i;
/** Looks like a path of the project: folders from the root, no placeholder, no wildcard. */
const PROJECT_PATH =
  /^\.{0,2}\/?(apps|packages|plugins|docs|examples|bench|scripts|tests|\.ci)\/[\w@()[\]+./-]*$/;
/** Made by builds, so not always there. */
const BUILT = /(^|\/)(dist|build|node_modules)(\/|$)/;
const INTERPRETERS = new Set(["node", "tsx", "bash"]);
const ENV_ASSIGNMENTS = /^(?:[A-Z_]+=\S+\s+)*/;
/** npm's own commands, and those that run the script of the same name. */
const SCRIPT_COMMANDS = new Set(["start", "test", "stop", "restart"]);

/** What the references are held against. Paths count from the root. */
export interface Project {
  exists(path: string): boolean;
  /** The npm scripts of a workspace, by its name or folder; of the root without one. */
  scriptsOf(workspace?: string): Set<string> | undefined;
}

export interface DeadReference {
  /** Counted from 1. */
  line: number;
  reason: string;
}

/** References in a Markdown text that lead nowhere. `path` is where the document stands. */
export function findDeadReferences(text: string, path: string, project: Project): DeadReference[] {
  const dead: DeadReference[] = [];
  let fence: string | undefined;
  text.split("\n").forEach((content, index) => {
    const mark = FENCE.exec(content);
    if (mark) {
      fence = fence === undefined ? mark[2] : undefined;
      return;
    }
    const reasons =
      fence === undefined ? checkProse(content, path, project) : checkCode(content, fence, project);
    for (const reason of reasons) dead.push({ line: index + 1, reason });
  });
  return dead;
}

function checkProse(content: string, path: string, project: Project): string[] {
  const reasons: string[] = [];
  for (const [, target = ""] of content.matchAll(LINK)) {
    if (!ELSEWHERE.test(target) && !project.exists(resolveLink(target, path))) {
      reasons.push(`links to ${target}, which does not exist`);
    }
  }
  for (const [, code = ""] of content.matchAll(INLINE_CODE)) {
    if (PROJECT_PATH.test(code) && !BUILT.test(code) && !existsFrom(code, path, project)) {
      reasons.push(`names ${code}, which does not exist`);
    }
    reasons.push(...checkCommand(code, project));
  }
  return reasons;
}

function checkCode(content: string, language: string, project: Project): string[] {
  if (!SHELLS.has(language)) return [];
  return content
    .replace(/#.*$/, "")
    .replace(/^\s*\$\s+/, "")
    .split(/&&|\|\||;|\|/)
    .flatMap((command) => checkCommand(command, project));
}

/** Knows `npm run x`, `npm start`, `npm test` with an optional workspace, and `node path`. */
function checkCommand(command: string, project: Project): string[] {
  const words = command.trim().replace(ENV_ASSIGNMENTS, "").split(/\s+/);
  if (words[0] === "npm") return checkNpm(words.slice(1), project);
  const [program = "", file = ""] = words;
  if (INTERPRETERS.has(program) && PROJECT_PATH.test(file) && !BUILT.test(file) && !project.exists(file)) {
    return [`runs ${file}, which does not exist`];
  }
  return [];
}

function checkNpm(words: string[], project: Project): string[] {
  const own = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  const workspace = own.map((word, index) =>
    word === "-w" || word === "--workspace" ? own[index + 1] : word.match(/^--workspace=(.+)/)?.[1],
  );
  const isRun = own[0] === "run" || own[0] === "run-script";
  const script = isRun ? own.slice(1).find((word) => !word.startsWith("-")) : own[0];
  if (script === undefined || (!isRun && !SCRIPT_COMMANDS.has(script))) return [];
  const scripts = project.scriptsOf(workspace.find((name) => name !== undefined));
  return scripts?.has(script) ? [] : [`runs the npm script ${script}, which does not exist`];
}

/** A path in backticks counts from the root or from the document's folder. */
function existsFrom(code: string, path: string, project: Project): boolean {
  return project.exists(code) || project.exists(resolveLink(code, path));
}

function resolveLink(target: string, path: string): string {
  const place = decodeURIComponent(target.split("#")[0] ?? "");
  return place.startsWith("/") ? place.slice(1) : posix.join(posix.dirname(path), place);
}
