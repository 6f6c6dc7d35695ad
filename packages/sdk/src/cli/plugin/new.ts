import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, CommandFailed, EXIT, readArgs, UsageError } from "../command.ts";

const TEMPLATE = fileURLToPath(new URL("../../../template/plugin/", import.meta.url));
/** What is different for a plugin that is not built and checked with those of the repository. */
const STANDALONE = fileURLToPath(new URL("../../../template/standalone/", import.meta.url));
const NAME = /^([a-z][a-z0-9_]{0,31})-([a-z0-9][a-z0-9-]{0,27})$/;
const FILLED = [".json", ".ts", ".md"];

/** What well-known channel kinds are called; any other is named after itself until its author knows better. */
const KIND_NAMES: Record<string, { zh: string; en: string }> = {
  sms: { zh: "短信", en: "SMS" },
  email: { zh: "邮件", en: "Email" },
  push: { zh: "推送", en: "Push" },
  voice: { zh: "语音", en: "Voice" },
  chat: { zh: "群机器人", en: "Group chat" },
};

/** `tidings plugin new` */
export const newPlugin: Command = {
  usage: "<kind-name> [--in <folder>] [--publisher <slug>] [--title <name>]",
  summary: "Writes the folder of a new plugin that passes the conformance checks as it stands.",
  help: [
    "<kind-name>           the channel kind and the vendor: sms-acme",
    "--in <folder>         where the folder goes; the current one without it",
    "--publisher <slug>    the first part of the plugin's id; the vendor's name without it",
    "--title <name>        the vendor's name for people",
  ],
  async run(args, { print }) {
    const options = {
      in: { type: "string" },
      publisher: { type: "string" },
      title: { type: "string" },
    } as const;
    const { values, positionals } = readArgs(args, options, { least: 1, most: 1 });
    const [name = ""] = positionals;
    const [, kind = "", vendor = ""] = NAME.exec(name) ?? [];
    if (!kind)
      throw new UsageError(`${name} is no name like sms-acme: a kind, a hyphen, a vendor, in small letters`);
    const { publisher = vendor, title = capitalise(vendor) } = values;
    if (!/^[a-z0-9-]{1,40}$/.test(publisher)) throw new UsageError(`${publisher} is no publisher like acme`);
    if (!/^[^"\\<>&\p{Cc}]{1,60}$/u.test(title))
      throw new UsageError("a title is 1 to 60 characters of plain text");
    const folder = join(values.in ?? ".", name);
    if (existsSync(folder)) throw new CommandFailed(`${folder} is there already.`);
    const { zh, en } = KIND_NAMES[kind] ?? { zh: kind, en: capitalise(kind) };
    await writeTemplate(folder, { name, kind, publisher, title, kindZh: zh, kindEn: en });
    print(`${folder}  ${publisher}/${name}`);
    for (const line of nextSteps(folder)) print(line);
    return EXIT.ok;
  },
};

async function writeTemplate(folder: string, words: Record<string, string>): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await cp(TEMPLATE, folder, { recursive: true });
  if (!isInRepository(folder)) await cp(STANDALONE, folder, { recursive: true });
  for (const path of await readdir(folder, { recursive: true })) {
    if (!FILLED.some((ending) => path.endsWith(ending))) continue;
    const text = await readFile(join(folder, path), "utf8");
    await writeFile(
      join(folder, path),
      text.replace(/__([a-zA-Z]+)__/g, (whole, word) => words[word] ?? whole),
    );
  }
}

const isInRepository = (folder: string) =>
  basename(dirname(resolve(folder))) === "plugins" &&
  existsSync(join(folder, "../../scripts/build-plugin.mjs"));

function nextSteps(folder: string): string[] {
  return [
    "",
    ...(isInRepository(folder)
      ? ["npm install                       once, so that the workspace is known"]
      : []),
    `npx tidings plugin test ${folder}`,
    "",
    "Then: the settings, limits and error words in channel.json; the calls in src/; the vendor's rules in simulator/;",
    "golden vectors in vectors/. docs/plugin-authoring.md says what counts.",
  ];
}

const capitalise = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
