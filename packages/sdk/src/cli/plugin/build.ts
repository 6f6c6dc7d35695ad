import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { CommandFailed } from "../command.ts";

/**
 * Builds `src/plugin.ts` into the one module that the manifest's `entry` names.
 *
 * @throws {CommandFailed} with what the compiler says
 */
export async function buildPlugin(folder: string): Promise<string> {
  const outfile = join(folder, await readEntry(folder));
  try {
    await build({
      // The compiler names the files it joins as seen from here; the same plugin is the same bytes wherever it lies.
      absWorkingDir: resolve(folder),
      entryPoints: ["src/plugin.ts"],
      outfile: resolve(outfile),
      bundle: true,
      format: "esm",
      // A plugin has the language and nothing else: an import of a part of Node is an error here.
      platform: "neutral",
      target: "es2023",
      legalComments: "none",
      logLevel: "silent",
    });
  } catch (error) {
    throw new CommandFailed(`The plugin does not build.\n${error instanceof Error ? error.message : error}`);
  }
  return outfile;
}

async function readEntry(folder: string): Promise<string> {
  const path = join(folder, "channel.json");
  try {
    const { entry } = JSON.parse(await readFile(path, "utf8"));
    if (typeof entry === "string" && /^[\w-]+(?:[/.][\w-]+)*$/.test(entry)) return entry;
  } catch (error) {
    throw new CommandFailed(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  throw new CommandFailed(`${path} has no entry, which names the built module, such as dist/plugin.js.`);
}
