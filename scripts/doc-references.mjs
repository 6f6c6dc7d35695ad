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
const ENV_ASSIGNMENTS = /^(?:[A-Z_]+=\S+\s+)*/;
/** npm's own commands, and those that run the script of the same name. */
const SCRIPT_COMMANDS = new Set(["start", "test", "stop", "restart"]);

/**
 * References in a Markdown text that lead nowhere. `path` is the document's place from the root;
 * `project.exists(path)` and `project.scriptsOf(workspace?)` know the tree.
 */
export function findDeadReferences(text, path, project) {
  const dead = [];
  let fence;
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

function checkProse(content, path, project) {
  const reasons = [];
  for (const [, target] of content.matchAll(LINK)) {
    if (!ELSEWHERE.test(target) && !project.exists(resolveLink(target, path))) {
      reasons.push(`links to ${target}, which does not exist`);
    }
  }
  for (const [, code] of content.matchAll(INLINE_CODE)) {
    if (PROJECT_PATH.test(code) && !existsFrom(code, path, project)) {
      reasons.push(`names ${code}, which does not exist`);
    }
    reasons.push(...checkCommand(code, project));
  }
  return reasons;
}

function checkCode(content, language, project) {
  if (!SHELLS.has(language)) return [];
  return content
    .replace(/#.*$/, "")
    .replace(/^\s*\$\s+/, "")
    .split(/&&|\|\||;|\|/)
    .flatMap((command) => checkCommand(command, project));
}

/** Knows `npm run x`, `npm start`, `npm test` with an optional workspace, and `node path`. */
function checkCommand(command, project) {
  const words = command.trim().replace(ENV_ASSIGNMENTS, "").split(/\s+/);
  if (words[0] === "npm") return checkNpm(words.slice(1), project);
  const isScript = words[0] === "node" || words[0] === "tsx" || words[0] === "bash";
  if (isScript && PROJECT_PATH.test(words[1] ?? "") && !project.exists(words[1])) {
    return [`runs ${words[1]}, which does not exist`];
  }
  return [];
}

function checkNpm(words, project) {
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
function existsFrom(code, path, project) {
  return project.exists(code) || project.exists(resolveLink(code, path));
}

function resolveLink(target, path) {
  const place = decodeURIComponent(target.split("#")[0]);
  return place.startsWith("/") ? place.slice(1) : posix.join(posix.dirname(path), place);
}
