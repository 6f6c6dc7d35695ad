import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { PluginManifest } from "@tidings/sdk/plugin";
import type { Vector } from "@tidings/sdk/testing";
import { afterAll, describe, expect, it } from "vitest";
import { recordingLogger } from "../testing/plugins.ts";
import { createSandbox } from "./sandbox.ts";

/* The pure plugins of this repository, built, give the same in the sandbox as their golden vectors say. */
const FOLDER = fileURLToPath(new URL("../../../../../../plugins/", import.meta.url));

const read = (path: string) => JSON.parse(readFileSync(`${FOLDER}${path}`, "utf8"));
const PLUGINS = readdirSync(FOLDER)
  .filter((name) => existsSync(`${FOLDER}${name}/dist/plugin.js`))
  .map((name) => ({ name, manifest: read(`${name}/channel.json`) as PluginManifest }))
  .filter(({ manifest }) => manifest.level === "pure");

/** Beside the vectors of functions some plugins keep others, such as of a signature. */
const vectorsOf = (name: string): Vector[] =>
  readdirSync(`${FOLDER}${name}/vectors`)
    .flatMap((file) => read(`${name}/vectors/${file}`))
    .filter((vector) => "call" in vector);

const sandbox = createSandbox({ logger: recordingLogger().logger });
afterAll(() => sandbox.close());

it("finds pure plugins", () => expect(PLUGINS.length).toBeGreaterThan(0));

describe.each(PLUGINS)("$name", ({ name, manifest }) => {
  it.each(vectorsOf(name).map((vector) => [`${vector.call}: ${vector.name}`, vector] as const))(
    "%s",
    async (_title, { call, input, output }) => {
      const { functionsFor } = await sandbox.seal(
        manifest.id,
        await readFile(`${FOLDER}${name}/${manifest.entry}`, "utf8"),
      );
      const run = functionsFor("ten_a")[call] as ((value: unknown) => unknown) | undefined;
      expect(await run?.(input)).toEqual(output);
    },
  );
});
