import { expect, test } from "vitest";
import { grantsOf, scanCode, widening } from "../src/package/index.ts";
import type { PluginManifest } from "../src/plugin/index.ts";
import { CODE, manifest } from "./package.fixture.ts";

const wide: PluginManifest = {
  ...manifest,
  hosts: ["api.example.com", "files.example.com", `\${settings.endpoint}`],
  settings: {
    ...manifest.settings,
    properties: {
      ...manifest.settings.properties,
      endpoint: { type: "string" },
      key: { type: "string", "x-secret": true },
    },
  },
  receipts: { mode: "both", pollSeconds: 60, delivered: true, read: false },
  query: { windowSeconds: 60, batchSize: 10, notBeforeSeconds: 0 },
  recall: { windowSeconds: 60, batchSize: 10 },
  vendorTemplates: "named",
  allowances: { subject: "text", noneLeft: ["refused"] },
};

test("says what a plugin may reach", () => {
  expect(grantsOf(wide)).toEqual({
    hosts: ["api.example.com", "files.example.com"],
    settingsHosts: ["endpoint"],
    secrets: ["key", "token"],
    abilities: ["allowances", "query", "recall", "receipts:pull", "receipts:push", "send", "templates"],
  });
});

test("finds each widening and no narrowing", () => {
  const [small, large] = [grantsOf(manifest), grantsOf(wide)];
  expect(widening(small, small)).toEqual([]);
  expect(widening(large, small)).toEqual([]);
  expect(widening(small, large)).toEqual([
    { kind: "hosts", value: "files.example.com" },
    { kind: "settingsHosts", value: "endpoint" },
    { kind: "secrets", value: "key" },
    { kind: "abilities", value: "allowances" },
    { kind: "abilities", value: "query" },
    { kind: "abilities", value: "recall" },
    { kind: "abilities", value: "receipts:pull" },
    { kind: "abilities", value: "receipts:push" },
    { kind: "abilities", value: "templates" },
  ]);
});

test("finds nothing in plain code", () => {
  expect(scanCode(CODE, manifest)).toEqual([]);
  const harmless = "const fetchAll = 1;\nexport const a = { eval: 1, process: fetchAll }.process;\n";
  expect(scanCode(harmless, manifest)).toEqual([]);
});

test.each([
  ["import", "refused", 'import fs from "node:fs";'],
  ["import", "refused", 'export * from "./other.js";'],
  ["import", "refused", 'export { a } from "./other.js";'],
  ["import", "refused", 'export const a = () => import("./other.js");'],
  ["eval", "refused", 'eval("1");'],
  ["eval", "refused", 'new Function("return 1");'],
  ["eval", "refused", "const run = eval;"],
  ["eval", "refused", "WebAssembly.compile(a);"],
  ["eval", "warning", '(() => 1).constructor("return 1")();'],
  ["eval", "warning", 'a["constructor"]("return 1");'],
  ["global", "warning", 'fetch("/x");'],
  ["global", "warning", "globalThis.a = 1;"],
  ["encoded", "warning", `const a = "${"QUJD".repeat(60)}";`],
  ["encoded", "warning", `const a = \`${"4142".repeat(60)}\`;`],
  ["host", "warning", 'const a = "https://evil.example.net/x";'],
  ["minified", "warning", `const a = [${"1,".repeat(400)}];`],
  ["invisible", "refused", "const a = 1; // \u202e"],
  ["syntax", "refused", "const a = ;"],
])("finds %s (%s)", (rule, severity, code) => {
  const [finding] = scanCode(code, manifest);
  expect(finding).toMatchObject({ rule, severity, line: 1 });
});

test("names the line, and knows the hosts of the manifest", () => {
  const code = 'const a = "https://api.example.com/send";\nconst b = "https://other.example.com";\n';
  expect(scanCode(code, manifest)).toEqual([
    {
      rule: "host",
      severity: "warning",
      line: 2,
      code: "code_host",
      params: { host: "other.example.com" },
      at: [],
      detail: "names other.example.com, which the manifest does not",
    },
  ]);
});
