import { writeFile } from "node:fs/promises";
import { readPackage } from "../../package/read.ts";
import { signPackage } from "../../package/statement.ts";
import { type Command, EXIT, readArgs, requireOption } from "../command.ts";
import { readInput } from "../files.ts";

/** `tidings plugin sign` */
export const sign: Command = {
  usage: "<file.tgz> --key <file.key>",
  summary: "Signs a package as its publisher and writes <file.tgz>.sig.json.",
  help: ["--key <file.key>    the private key that tidings keys new made"],
  async run(args, { print }) {
    const { values, positionals } = readArgs(args, { key: { type: "string" } }, { least: 1, most: 1 });
    const [file = ""] = positionals;
    const key = (await readInput(requireOption(values.key, "key"))).toString("utf8");
    const archive = await readInput(file);
    const { manifest } = await readPackage(archive);
    const publisher = manifest.id.split("/")[0] ?? "";
    const envelope = await signPackage(archive, key, { publisher });
    await writeFile(envelopeFileOf(file), `${JSON.stringify(envelope, null, 2)}\n`);
    print(
      `${envelopeFileOf(file)}  ${manifest.id} ${manifest.version}, key ${envelope.signatures[0]?.keyId}`,
    );
    return EXIT.ok;
  },
};

/** Where the signatures of an archive stand. */
export const envelopeFileOf = (archiveFile: string): string => `${archiveFile}.sig.json`;
