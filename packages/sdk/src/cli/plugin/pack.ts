import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Grants, grantsOf } from "../../package/grants.ts";
import { packPlugin } from "../../package/pack.ts";
import { type PluginPackage, readPackage } from "../../package/read.ts";
import { scanCode } from "../../package/scan.ts";
import { type Command, EXIT, readArgs, type Terminal } from "../command.ts";
import { buildPlugin } from "./build.ts";

/** `tidings plugin pack` */
export const pack: Command = {
  usage: "[folder] [--out <folder>] [--json]",
  summary: "Builds a plugin and writes <name>-<version>.tgz, the same bytes for the same files.",
  help: [
    "--out <folder>    where the archive goes; the current folder without it",
    "--json            what was written as JSON",
  ],
  async run(args, terminal) {
    const options = { out: { type: "string" }, json: { type: "boolean" } } as const;
    const { values, positionals } = readArgs(args, options, { least: 0, most: 1 });
    const folder = positionals[0] ?? ".";
    await buildPlugin(folder);
    const archive = await packPlugin(folder);
    const plugin = await readPackage(archive);
    const { out = "." } = values;
    await mkdir(out, { recursive: true });
    const file = join(out, `${plugin.manifest.id.split("/")[1]}-${plugin.manifest.version}.tgz`);
    await writeFile(file, archive);
    if (values.json) terminal.print(JSON.stringify(describe(file, archive, plugin), null, 2));
    else for (const line of writeSummary(file, archive, plugin)) terminal.print(line);
    return warnOfFindings(plugin, terminal);
  },
};

const describe = (file: string, archive: Uint8Array, { sha256, manifest }: PluginPackage) => ({
  file,
  sha256,
  sizeBytes: archive.length,
  pluginId: manifest.id,
  version: manifest.version,
  grants: grantsOf(manifest),
});

const LABELS: Record<keyof Grants, string> = {
  hosts: "calls",
  settingsHosts: "calls the hosts in the settings",
  secrets: "authenticates with",
  abilities: "does",
};

function writeSummary(
  file: string,
  archive: Uint8Array,
  { sha256, manifest, files }: PluginPackage,
): string[] {
  const grants = Object.entries(grantsOf(manifest)) as [keyof Grants, string[]][];
  return [
    `${file}  ${archive.length} bytes, ${files.size} files`,
    `sha256  ${sha256}`,
    "",
    `${manifest.id} ${manifest.version}`,
    ...grants
      .filter(([, values]) => values.length > 0)
      .map(([kind, values]) => `  ${LABELS[kind]}: ${values.join(", ")}`),
  ];
}

function warnOfFindings({ code, manifest }: PluginPackage, { warn }: Terminal): number {
  const findings = scanCode(code, manifest);
  for (const { severity, line, detail } of findings) {
    warn(`${severity === "refused" ? "✗" : "!"} plugin.js, line ${line}: ${detail}`);
  }
  return findings.some(({ severity }) => severity === "refused") ? EXIT.failed : EXIT.ok;
}
