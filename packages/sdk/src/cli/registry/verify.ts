import { readRegistry } from "../../registry/read.ts";
import { httpSource } from "../../registry/source.ts";
import { type Command, EXIT, readArgs, UsageError } from "../command.ts";

/** `tidings registry verify` */
export const verifyRegistry: Command = {
  usage: "<folder or address> [--key <base64>] [--sequence <n>] [--json]",
  summary: "Reads a whole registry and checks every signature, hash and line of its log.",
  help: [
    "--key <base64>    the public key that it has to be signed with; may be repeated. Without it the registry's own",
    "                  word is taken for whose it is",
    "--sequence <n>    refuses an index that is older",
    "--json            what it lists as JSON",
  ],
  async run(args, { print }) {
    const options = {
      key: { type: "string", multiple: true },
      sequence: { type: "string" },
      json: { type: "boolean" },
    } as const;
    const { values, positionals } = readArgs(args, options, { least: 1, most: 1 });
    const [place = ""] = positionals;
    const sequence = Number(values.sequence ?? 0);
    if (!Number.isSafeInteger(sequence)) throw new UsageError("--sequence is a whole number");
    const source = /^https?:/.test(place) ? httpSource(place) : place;
    const registry = await readRegistry(source, { sequence, ...(values.key && { keys: values.key }) });
    for (const { id, versions } of registry.plugins) {
      for (const { version } of versions) await registry.getPackage(id, version);
    }
    if (values.json) {
      const { getPackage, ...listed } = registry;
      print(JSON.stringify(listed, null, 2));
      return EXIT.ok;
    }
    print(`${registry.name}, sequence ${registry.sequence} of ${registry.publishedAt}`);
    for (const key of registry.keys) print(`key ${key}`);
    for (const { id, versions } of registry.plugins) {
      for (const { version, grade, labels } of versions) {
        print(`  ✓ ${[id, version, grade, ...labels].join(" ")}`);
      }
    }
    return EXIT.ok;
  },
};
