import { type AnyNode, type Literal, parse, type TemplateElement } from "acorn";
import { full } from "acorn-walk";
import { type Fault, fault } from "../faults/index.ts";
import type { PluginManifest } from "../plugin/index.ts";
import { grantsOf } from "./grants.ts";

/** Something in a plugin's code that a person should look at. */
export interface ScanFinding extends Fault {
  /**
   * - `syntax`: it is no ES module that can be read
   * - `import`: it asks for other code
   * - `eval`: it makes code out of text
   * - `global`: it looks for what a plugin has not
   * - `encoded`: a long text in base64 or hexadecimal
   * - `host`: an address that the manifest does not name
   * - `minified`: nobody can read it
   * - `invisible`: characters that show otherwise than they run
   */
  rule: "syntax" | "import" | "eval" | "global" | "encoded" | "host" | "minified" | "invisible";
  /** `refused` ends a submission; `warning` is for the reviewer. */
  severity: "refused" | "warning";
  /** From 1. */
  line: number;
}

const FINDING_LIMIT = 50;
const ENCODED_LENGTH = 200;
const LONG_LINE = 500;
/** Of all code, the share in long lines from which it counts as minified. */
const MINIFIED_SHARE = 0.25;

const MAKES_CODE = ["eval", "Function", "AsyncFunction", "GeneratorFunction", "WebAssembly"];
const NOT_GIVEN = [
  "fetch",
  "XMLHttpRequest",
  "WebSocket",
  "process",
  "require",
  "module",
  "global",
  "globalThis",
  "self",
  "window",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "crypto",
  "performance",
  "caches",
  "navigator",
  "SharedArrayBuffer",
  "Atomics",
];

/**
 * Looks through a plugin's code without running it. The sandbox is what keeps a plugin in; this tells a reviewer where
 * to look, and refuses what no honest plugin has.
 */
export function scanCode(code: string, manifest: PluginManifest): ScanFinding[] {
  const findings = [...scanText(code), ...scanTree(code, grantsOf(manifest).hosts)];
  return findings.sort((one, other) => one.line - other.line).slice(0, FINDING_LIMIT);
}

function scanText(code: string): ScanFinding[] {
  const lines = code.split("\n");
  const invisible = lines.flatMap((text, index): ScanFinding[] =>
    /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/.test(text)
      ? [finding("invisible", "refused", index + 1, fault("code_invisible"))]
      : [],
  );
  const longLength = lines
    .filter(({ length }) => length > LONG_LINE)
    .reduce((sum, { length }) => sum + length, 0);
  if (longLength <= code.length * MINIFIED_SHARE) return invisible;
  return [...invisible, finding("minified", "warning", 1, fault("code_minified"))];
}

function scanTree(code: string, hosts: string[]): ScanFinding[] {
  const findings: ScanFinding[] = [];
  try {
    const tree = parse(code, { ecmaVersion: 2024, sourceType: "module", locations: true });
    full(tree, (node) => findings.push(...scanNode(node as AnyNode, hosts)));
  } catch (error) {
    findings.push(unreadable(error));
  }
  return findings;
}

/** The parser says the line itself. */
function unreadable(error: unknown): ScanFinding {
  const { message, loc } = error as SyntaxError & { loc?: { line: number } };
  return finding("syntax", "refused", loc?.line ?? 1, fault("code_unreadable", { error: message }));
}

function scanNode(node: AnyNode, hosts: string[]): ScanFinding[] {
  const line = node.loc?.start.line ?? 1;
  switch (node.type) {
    case "ImportDeclaration":
    case "ImportExpression":
    case "ExportAllDeclaration":
      return [finding("import", "refused", line, fault("code_imports"))];
    case "ExportNamedDeclaration":
      return node.source ? [finding("import", "refused", line, fault("code_imports"))] : [];
    case "MemberExpression":
      return scanMember(node, line);
    case "Identifier":
      return scanName(node.name, line);
    case "Literal":
    case "TemplateElement":
      return scanString(textOf(node), line, hosts);
    default:
      return [];
  }
}

function scanMember(node: Extract<AnyNode, { type: "MemberExpression" }>, line: number): ScanFinding[] {
  const { property } = node;
  const name = property.type === "Identifier" && !node.computed ? property.name : readLiteral(property);
  return name === "constructor" ? [finding("eval", "warning", line, fault("code_constructor"))] : [];
}

const readLiteral = (node: AnyNode) => (node.type === "Literal" ? node.value : undefined);

/** The walk meets names where they stand for values; properties and declarations of the same name pass. */
function scanName(name: string, line: number): ScanFinding[] {
  if (MAKES_CODE.includes(name))
    return [finding("eval", "refused", line, fault("code_makes_code", { name }))];
  if (NOT_GIVEN.includes(name)) return [finding("global", "warning", line, fault("code_global", { name }))];
  return [];
}

function scanString(text: string, line: number, hosts: string[]): ScanFinding[] {
  const isEncoded =
    text.length >= ENCODED_LENGTH && /^(?:[A-Za-z0-9+/_-]+={0,2}|(?:\\x)?[0-9a-fA-F]+)$/.test(text);
  const foreign = [...text.matchAll(/\b(?:https?|wss?):\/\/([A-Za-z0-9.-]+)/g)]
    .map(([, host = ""]) => host.toLowerCase())
    .filter((host) => host.includes(".") && !hosts.includes(host));
  return [
    ...(isEncoded
      ? [finding("encoded", "warning", line, fault("code_encoded", { length: text.length }))]
      : []),
    ...foreign.map((host) => finding("host", "warning", line, fault("code_host", { host }))),
  ];
}

function textOf(node: Literal | TemplateElement): string {
  if (node.type === "TemplateElement") return node.value.cooked ?? node.value.raw;
  return typeof node.value === "string" ? node.value : "";
}

function finding(
  rule: ScanFinding["rule"],
  severity: ScanFinding["severity"],
  line: number,
  found: Fault,
): ScanFinding {
  return { ...found, rule, severity, line };
}
