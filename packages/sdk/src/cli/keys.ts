import { writeFile } from "node:fs/promises";
import { newKeyPair } from "../package/keys.ts";
import { type Command, CommandFailed, EXIT, readArgs } from "./command.ts";

/** `tidings keys new` */
export const newKeys: Command = {
  usage: "<name>",
  summary: "Makes an Ed25519 key pair: <name>.key to sign with, <name>.pub to hand out.",
  help: [
    "<name>.key stays with you; it is readable by you alone. Who has it can publish in your name.",
    "<name>.pub is one line of base64. An installation's publisher page and a registry take it.",
  ],
  async run(args, { print }) {
    const { positionals } = readArgs(args, {}, { least: 1, most: 1 });
    const [name = ""] = positionals;
    const { keyId, publicKey, privateKey } = newKeyPair();
    await writeNew(`${name}.key`, privateKey, 0o600);
    await writeNew(`${name}.pub`, `${publicKey}\n`, 0o644);
    print(`${name}.key  private, to be kept safe`);
    print(`${name}.pub  ${publicKey}`);
    print(`key id    ${keyId}`);
    return EXIT.ok;
  },
};

/** Never over a key that is there: it may be the only copy. */
async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx", mode });
  } catch (error) {
    throw new CommandFailed(`${path} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
}
