import type { RegistryPublisher } from "../../registry/format.ts";
import { CommandFailed, UsageError } from "../command.ts";
import { readInput } from "../files.ts";

/**
 * Publishers from options like `acme=acme.pub`, and their names from options like `acme=Acme Ltd.`, on top of those that
 * a registry has.
 */
export async function readPublishers(
  known: RegistryPublisher[],
  keyOptions: string[] = [],
  nameOptions: string[] = [],
): Promise<RegistryPublisher[]> {
  const publishers = new Map(known.map((publisher) => [publisher.slug, publisher]));
  for (const option of keyOptions) {
    const [slug, file] = split(option, "publisher-key");
    const { name = slug, keys = [] } = publishers.get(slug) ?? {};
    const key = (await readInput(file)).toString("utf8").trim();
    publishers.set(slug, { slug, name, keys: [...new Set([...keys, key])] });
  }
  for (const option of nameOptions) {
    const [slug, name] = split(option, "publisher-name");
    const publisher = publishers.get(slug);
    if (!publisher)
      throw new CommandFailed(`${slug} has no key here: name it with --publisher-key ${slug}=<file>.`);
    publishers.set(slug, { ...publisher, name });
  }
  return [...publishers.values()].sort((one, other) => (one.slug < other.slug ? -1 : 1));
}

function split(option: string, name: string): [string, string] {
  const at = option.indexOf("=");
  if (at < 1 || at === option.length - 1) throw new UsageError(`--${name} is written <slug>=<value>`);
  return [option.slice(0, at), option.slice(at + 1)];
}
