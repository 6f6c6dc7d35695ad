import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const repository = join(import.meta.dirname, "../../../..");
const cli = join(repository, "packages/sdk/bin/tidings.mjs");
const example = join(repository, "examples/plugins/chat-webhook");

const BUILD_TIMEOUT_MS = 60_000;

/** A publisher's machine: its folder with a plugin, its keys, and the command line. */
export interface OwnPlugin {
  publicKey: string;
  /** Packs and signs a version; answers the archive's path. */
  pack(version: string, changes?: { hosts?: string[]; readme?: string }): Promise<string>;
  /** Submits it as the guide says, and answers what the command line said. */
  publish(archive: string, url: string, token: string): Promise<string>;
  /** Takes the folder away. */
  remove(): Promise<void>;
}

export async function preparePlugin(slug: string): Promise<OwnPlugin> {
  const folder = await mkdtemp(join(tmpdir(), "tidings-publisher-"));
  const tidings = async (args: string[], env: Record<string, string> = {}) => {
    const options = { cwd: folder, timeout: BUILD_TIMEOUT_MS, env: { ...process.env, ...env } };
    return (await run(process.execPath, [cli, ...args], options)).stdout;
  };
  await cp(example, join(folder, "chat"), { recursive: true });
  await tidings(["keys", "new", slug]);
  const manifestFile = join(folder, "chat/channel.json");
  const manifest = JSON.parse(await readFile(manifestFile, "utf8"));
  return {
    publicKey: (await readFile(join(folder, `${slug}.pub`), "utf8")).trim(),
    async pack(version, { hosts = [], readme } = {}) {
      const own = { ...manifest, id: `${slug}/chat`, version, hosts: [...manifest.hosts, ...hosts] };
      await writeFile(manifestFile, JSON.stringify(own));
      if (readme) await writeFile(join(folder, "chat/README.md"), readme);
      await tidings(["plugin", "pack", "chat", "--out", "out"]);
      const archive = join(folder, `out/chat-${version}.tgz`);
      await tidings(["plugin", "sign", archive, "--key", `${slug}.key`]);
      return archive;
    },
    publish: (archive, url, token) =>
      tidings(["plugin", "publish", archive, "--url", url, "--wait"], { TIDINGS_PUBLISHER_TOKEN: token }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
