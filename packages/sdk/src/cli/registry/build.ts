import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readEnvelope } from "../../package/envelope.ts";
import { publicKeyOf } from "../../package/keys.ts";
import { type PluginPackage, readPackage } from "../../package/read.ts";
import { conformanceInputOf } from "../../package/sample.ts";
import type { PureFunctions } from "../../plugin/index.ts";
import type { RegistryEntry } from "../../registry/content.ts";
import { LABELS, type Label, WELL_KNOWN_PATH } from "../../registry/format.ts";
import { type Registry, readRegistry } from "../../registry/read.ts";
import { writeRegistry } from "../../registry/write.ts";
import { checkConformance } from "../../testing/conformance/conformance.ts";
import { gradeOf } from "../../testing/conformance/grade.ts";
import type { Grade } from "../../testing/conformance/report.ts";
import { type Command, CommandFailed, EXIT, readArgs, requireOption, UsageError } from "../command.ts";
import { readInput, readJson } from "../files.ts";
import { envelopeFileOf } from "../plugin/sign.ts";
import { readPublishers } from "./publishers.ts";

const OPTIONS = {
  name: { type: "string" },
  key: { type: "string" },
  "publisher-key": { type: "string", multiple: true },
  "publisher-name": { type: "string", multiple: true },
  label: { type: "string", multiple: true },
} as const;

const HELP = [
  "--key <file.key>                   the registry's private key",
  "--publisher-key <slug>=<file.pub>  a key that a publisher signs with; may be repeated",
  "--publisher-name <slug>=<name>     what a publisher is called",
  "--label <label>                    verified, deprecated, vulnerable or malicious, for these packages",
  "",
  "Beside each archive stands <file.tgz>.sig.json with its publisher's signature. Each plugin's code is run on this",
  "machine for its grade, so list only what you have looked at.",
];

/** `tidings registry build` */
export const buildNewRegistry: Command = {
  usage: "<folder> <file.tgz>... --name <name> --key <file.key> --publisher-key <slug>=<file.pub>",
  summary: "Makes a static registry out of signed packages.",
  help: ["--name <name>                      what the registry is called", ...HELP],
  async run(args, { print }) {
    const { values, positionals } = readArgs(args, OPTIONS, { least: 1, most: 200 });
    const [folder = "", ...files] = positionals;
    if (existsSync(join(folder, WELL_KNOWN_PATH))) {
      throw new CommandFailed(`${folder} has a registry already; tidings registry add goes on with it.`);
    }
    const name = requireOption(values.name, "name");
    print(await extend(folder, { name, publishers: [], entries: [] }, files, values));
    return EXIT.ok;
  },
};

/** `tidings registry add` */
export const addToRegistry: Command = {
  usage: "<folder> <file.tgz>... --key <file.key> [--publisher-key <slug>=<file.pub>]",
  summary: "Adds signed packages to a static registry, or gives those that are there other labels.",
  help: HELP,
  async run(args, { print }) {
    const { values, positionals } = readArgs(args, OPTIONS, { least: 2, most: 200 });
    const [folder = "", ...files] = positionals;
    const key = (await readInput(requireOption(values.key, "key"))).toString("utf8");
    const registry = await readRegistry(folder, { keys: [publicKeyOf(key)] });
    const { name, publishers } = registry;
    print(await extend(folder, { name, publishers, entries: await readEntries(registry) }, files, values));
    return EXIT.ok;
  },
};

type Values = ReturnType<typeof readArgs<typeof OPTIONS>>["values"];

async function extend(
  folder: string,
  before: Parameters<typeof writeRegistry>[1],
  files: string[],
  values: Values,
): Promise<string> {
  const key = (await readInput(requireOption(values.key, "key"))).toString("utf8");
  const labels = readLabels(values.label);
  const entries = new Map(
    await Promise.all(before.entries.map(async (entry) => [await nameOf(entry), entry] as const)),
  );
  for (const file of files) {
    const entry = await readEntry(file, labels);
    const known = entries.get(await nameOf(entry));
    entries.set(await nameOf(entry), { ...entry, ...(known && { listedAt: known.listedAt }) });
  }
  const publishers = await readPublishers(
    before.publishers,
    values["publisher-key"],
    values["publisher-name"],
  );
  const { sequence } = await writeRegistry(
    folder,
    { ...before, publishers, entries: [...entries.values()] },
    key,
  );
  return `${folder}  ${entries.size} versions, sequence ${sequence}, key ${publicKeyOf(key)}`;
}

function readLabels(labels: string[] = []): Label[] {
  const unknown = labels.find((label) => !(LABELS as readonly string[]).includes(label));
  if (unknown !== undefined) throw new UsageError(`${unknown} is none of ${LABELS.join(", ")}`);
  return [...new Set(labels)] as Label[];
}

async function nameOf({ archive }: RegistryEntry): Promise<string> {
  const { manifest } = await readPackage(archive);
  return `${manifest.id}@${manifest.version}`;
}

async function readEntry(file: string, labels: Label[]): Promise<RegistryEntry> {
  const archive = await readInput(file);
  const envelope = readEnvelope(await readJson(envelopeFileOf(file)));
  const plugin = await readPackage(archive);
  return { archive, envelope, grade: await findGrade(plugin), labels, listedAt: new Date().toISOString() };
}

async function findGrade(plugin: PluginPackage): Promise<Grade> {
  const folder = await mkdtemp(join(tmpdir(), "tidings-grade-"));
  try {
    const file = join(folder, "plugin.mjs");
    await writeFile(file, plugin.code);
    const functions: PureFunctions = await import(pathToFileURL(file).href);
    const report = await checkConformance(conformanceInputOf(plugin, functions));
    const grade = gradeOf(report);
    if (grade) return grade;
    const failed = report.checks.filter(({ ok }) => !ok).map(({ name }) => name);
    throw new CommandFailed(`${plugin.manifest.id} does not keep the contract: ${failed.join(", ")}.`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function readEntries({ plugins, getPackage }: Registry): Promise<RegistryEntry[]> {
  const entries: RegistryEntry[] = [];
  for (const { id, versions } of plugins) {
    for (const { version, grade, labels, listedAt } of versions) {
      const { archive, envelope } = await getPackage(id, version);
      entries.push({ archive, envelope, grade, labels, listedAt });
    }
  }
  return entries;
}
