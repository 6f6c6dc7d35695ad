import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { readFolder } from "../../package/folder.ts";
import { conformanceInputOf } from "../../package/sample.ts";
import { type ScanFinding, scanCode } from "../../package/scan.ts";
import type { PluginManifest, PureFunctions } from "../../plugin/index.ts";
import { checkConformance } from "../../testing/conformance/conformance.ts";
import { gradeOf } from "../../testing/conformance/grade.ts";
import {
  type ConformanceCheck,
  type ConformanceReport,
  GRADES,
  type Grade,
} from "../../testing/conformance/report.ts";
import { type Command, EXIT, readArgs } from "../command.ts";
import { buildPlugin } from "./build.ts";

interface TestOutcome {
  manifest: PluginManifest;
  grade: Grade | null;
  report: ConformanceReport;
  findings: ScanFinding[];
}

/** `tidings plugin test` */
export const testPlugin: Command = {
  usage: "[folder] [--json]",
  summary: "Builds a plugin, runs the conformance checks and its golden vectors, and says what grade it has.",
  help: [
    "--json    the whole report as JSON",
    "",
    "Without a folder the current one is meant. The plugin's code runs on this machine.",
    "Exit code 1 when a required check fails or the code holds what no marketplace takes.",
  ],
  async run(args, { print }) {
    const { values, positionals } = readArgs(args, { json: { type: "boolean" } }, { least: 0, most: 1 });
    const outcome = await runTest(positionals[0] ?? ".");
    const { manifest, grade, report, findings } = outcome;
    if (values.json) {
      const { id: pluginId, version } = manifest;
      print(JSON.stringify({ pluginId, version, grade, ...report, findings }, null, 2));
    } else {
      for (const line of writeReport(outcome)) print(line);
    }
    const isRefused = findings.some(({ severity }) => severity === "refused");
    return grade && !isRefused ? EXIT.ok : EXIT.failed;
  },
};

/** Builds a plugin and holds it against the contract. */
export async function runTest(folder: string): Promise<TestOutcome> {
  const outfile = await buildPlugin(folder);
  const read = await readFolder(folder);
  const plugin: PureFunctions = await import(`${pathToFileURL(resolve(outfile)).href}?built=${Date.now()}`);
  const report = await checkConformance(conformanceInputOf(read, plugin));
  return {
    manifest: read.manifest,
    grade: gradeOf(report),
    report,
    findings: scanCode(read.code, read.manifest),
  };
}

function writeReport({ manifest, grade, report, findings }: TestOutcome): string[] {
  const merits = GRADES.slice(1).flatMap((one) => {
    const needed = report.merits.filter(({ neededFor }) => neededFor === one);
    return ["", `For ${one}`, ...needed.flatMap(writeCheck)];
  });
  return [
    `${manifest.id} ${manifest.version}, protocol ${manifest.protocol.join(", ")}`,
    "",
    "Required",
    ...report.checks.flatMap(writeCheck),
    ...merits,
    ...(findings.length > 0 ? ["", "In the code", ...findings.map(writeFinding)] : []),
    "",
    ...writeVerdict(grade, [...report.checks, ...report.merits]),
  ];
}

const writeCheck = ({ ok, name, words, problems }: ConformanceCheck): string[] => [
  `  ${ok ? "✓" : "✗"} ${words.en} (${name})`,
  ...problems.map(({ detail }) => `      ${detail}`),
];

const writeFinding = ({ severity, rule, line, detail }: ScanFinding) =>
  `  ${severity === "refused" ? "✗" : "!"} line ${line}: ${detail} (${rule})`;

function writeVerdict(grade: Grade | null, checks: ConformanceCheck[]): string[] {
  const next = grade ? GRADES[GRADES.indexOf(grade) + 1] : GRADES[0];
  if (!next) return [`Grade: ${grade}. There is none above.`];
  const missing = checks.filter(({ ok, neededFor }) => !ok && neededFor === next).map(({ name }) => name);
  const step = missing.length > 0 ? `${next} needs ${missing.join(", ")}` : `${next} is next`;
  return [`Grade: ${grade ?? "none"}; ${step}.`];
}
