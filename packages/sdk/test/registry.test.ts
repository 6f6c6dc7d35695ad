import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newKeyPair, packFiles, signPackage } from "../src/package/index.ts";
import {
  folderSource,
  httpSource,
  type Label,
  type RegistryContent,
  type RegistryEntry,
  readRegistry,
  readSequence,
  writeRegistry,
} from "../src/registry/index.ts";
import { CODE, makeFiles, manifest } from "./package.fixture.ts";

const key = newKeyPair();
const acme = newKeyPair();
const stranger = newKeyPair();
const trust = { keys: [key.publicKey] };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidings-registry-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function makeEntry(version: string, labels: Label[] = [], code = CODE): Promise<RegistryEntry> {
  const change = { "channel.json": JSON.stringify({ ...manifest, version }), "plugin.js": code };
  const archive = await packFiles(makeFiles(change));
  const envelope = await signPackage(archive, acme.privateKey, { publisher: "acme" });
  return { archive, envelope, grade: "bronze", labels, listedAt: "2026-01-02T03:04:05.000Z" };
}

const contentOf = (...entries: RegistryEntry[]): RegistryContent => ({
  name: "Test registry",
  publishers: [{ slug: "acme", name: "Acme", keys: [acme.publicKey] }],
  entries,
});

const publish = (...entries: RegistryEntry[]) => writeRegistry(folder, contentOf(...entries), key.privateKey);
const edit = async (path: string, change: (text: string) => string) =>
  writeFile(join(folder, path), change(await readFile(join(folder, path), "utf8")));

test("reads what was written, the latest version first", async () => {
  await publish(
    await makeEntry("1.9.0"),
    await makeEntry("1.10.0", ["verified"]),
    await makeEntry("2.0.0-rc.1"),
  );
  const registry = await readRegistry(folder, trust);
  expect(registry).toMatchObject({ name: "Test registry", sequence: 1, keys: [key.publicKey] });
  const [plugin] = registry.plugins;
  expect(plugin).toMatchObject({ id: "acme/test", latest: "1.10.0", grade: "bronze", labels: ["verified"] });
  expect(plugin?.versions.map(({ version }) => version)).toEqual(["2.0.0-rc.1", "1.10.0", "1.9.0"]);
  expect(plugin?.versions[0]?.grants).toMatchObject({ hosts: ["api.example.com"], secrets: ["token"] });
  const { plugin: read, statement } = await registry.getPackage("acme/test", "1.9.0");
  expect(read.code).toBe(CODE);
  expect(statement.version).toBe("1.9.0");
  await expect(registry.getPackage("acme/test", "3.0.0")).rejects.toThrow("does not list acme/test 3.0.0");
});

test("never recommends what is vulnerable or malicious while there is something else", async () => {
  await publish(
    await makeEntry("1.0.0"),
    await makeEntry("1.1.0", ["vulnerable"]),
    await makeEntry("1.2.0", ["malicious"]),
  );
  expect((await readRegistry(folder, trust)).plugins[0]?.latest).toBe("1.0.0");
});

test("is the same registry after its folder was copied, and behind a plain web server", async () => {
  await publish(await makeEntry("1.0.0"));
  const mirror = `${folder}-mirror`;
  await cp(folder, mirror, { recursive: true });
  const server = createServer((request, response) => {
    readFile(join(mirror, request.url?.replace("/plugins/", "/") ?? "")).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  }).listen(0, "127.0.0.1");
  try {
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const [here, there] = [
      await readRegistry(folder, trust),
      await readRegistry(httpSource(`http://127.0.0.1:${port}/plugins`), trust),
    ];
    expect(there.plugins).toEqual(here.plugins);
    const [one, other] = [here, there].map((registry) => registry.getPackage("acme/test", "1.0.0"));
    expect((await other)?.plugin.sha256).toBe((await one)?.plugin.sha256);
    const missing = httpSource(`http://127.0.0.1:${port}/plugins`)("nothing.json", 100);
    await expect(missing).rejects.toThrow("nothing.json cannot be fetched: HTTP 404");
    const large = httpSource(`http://127.0.0.1:${port}/plugins`)("index.json", 100);
    await expect(large).rejects.toThrow("index.json has more than 100 bytes");
  } finally {
    server.close();
    await rm(mirror, { recursive: true });
  }
});

test("raises its sequence with every index, and goes on with its log", async () => {
  await publish(await makeEntry("1.0.0"));
  const firstLog = await readFile(join(folder, "log.jsonl"), "utf8");
  await publish(await makeEntry("1.0.0", ["deprecated"]), await makeEntry("1.1.0"));
  expect(await readSequence(folder, trust)).toBe(2);
  const log = await readFile(join(folder, "log.jsonl"), "utf8");
  expect(log.startsWith(firstLog)).toBe(true);
  expect(log.trim().split("\n")).toHaveLength(3);
});

test("refuses an index that is older than the one before", async () => {
  await publish(await makeEntry("1.0.0"));
  const old = `${folder}-old`;
  await cp(folder, old, { recursive: true });
  await publish(await makeEntry("1.0.0", ["malicious"]));
  const { sequence } = await readRegistry(folder, trust);
  expect((await readRegistry(folder, { ...trust, sequence })).sequence).toBe(2);
  await expect(readRegistry(old, { ...trust, sequence })).rejects.toThrow(
    "the index has sequence 1; 2 was read before",
  );
  await rm(old, { recursive: true });
});

test("withdraws what is left out, and takes it back under the same archive only", async () => {
  await publish(await makeEntry("1.0.0"), await makeEntry("1.1.0"));
  await publish(await makeEntry("1.0.0"));
  expect((await readRegistry(folder, trust)).plugins[0]?.versions).toHaveLength(1);
  await expect(
    publish(await makeEntry("1.0.0"), await makeEntry("1.1.0", [], `${CODE}// other\n`)),
  ).rejects.toThrow("the log gives acme/test@1.1.0 another archive than it had before");
  await publish(await makeEntry("1.0.0"), await makeEntry("1.1.0"));
  expect((await readRegistry(folder, trust)).plugins[0]?.versions).toHaveLength(2);
});

test("lists nothing that its publisher has not signed, nor the same version twice", async () => {
  const entry = await makeEntry("1.0.0");
  const forged = await signPackage(entry.archive, stranger.privateKey, { publisher: "acme" });
  await expect(publish({ ...entry, envelope: forged })).rejects.toThrow("no key of the publisher signed");
  await expect(publish(entry, entry)).rejects.toThrow("a version is listed twice");
  const content = { ...contentOf(entry), publishers: [] };
  await expect(writeRegistry(folder, content, key.privateKey)).rejects.toThrow("acme is no publisher");
});

test("believes no other key than the pinned one", async () => {
  await publish(await makeEntry("1.0.0"));
  await expect(readRegistry(folder, { keys: [stranger.publicKey] })).rejects.toThrow(
    "the index is not signed",
  );
  await expect(writeRegistry(folder, contentOf(), stranger.privateKey)).rejects.toThrow(
    "the index is not signed",
  );
});

test("changes its key without losing its log", async () => {
  await publish(await makeEntry("1.0.0"));
  const next = newKeyPair();
  const content = contentOf(await makeEntry("1.0.0"), await makeEntry("1.1.0"));
  await writeRegistry(folder, content, next.privateKey, { formerKeys: [key.publicKey] });
  const registry = await readRegistry(folder, { keys: [next.publicKey, key.publicKey] });
  expect(registry).toMatchObject({ sequence: 2 });
  expect((await registry.getPackage("acme/test", "1.1.0")).statement.version).toBe("1.1.0");
});

test.each([
  ["the index", "index.json", /not signed/, (text: string) => swapPayload(text)],
  [
    "a list of versions",
    "acme/test/versions.json",
    /not the one that the index names/,
    (text: string) => text.replace('"bronze"', '"gold"'),
  ],
  ["a line of the log", "log.jsonl", /line 1 of the log is not signed/, (text: string) => swapPayload(text)],
  [
    "the end of the log",
    "log.jsonl",
    /not the one that the index names/,
    (text: string) => cutLine(text, -1),
  ],
  [
    "the beginning of the log",
    "log.jsonl",
    /line 1 of the log does not follow/,
    (text: string) => cutLine(text, 0),
  ],
  [
    "the order of the log",
    "log.jsonl",
    /does not follow/,
    (text: string) => text.trim().split("\n").reverse().join("\n"),
  ],
  ["the form of the log", "log.jsonl", /line 1 of the log cannot be read/, () => "{}\n"],
  [
    "the well-known document",
    ".well-known/tidings-plugins.json",
    /\/index does not match/,
    (text: string) => text.replace('"index.json"', '"../index.json"'),
  ],
])("notices a change of %s", async (_, path, fault, change) => {
  await publish(await makeEntry("1.0.0"), await makeEntry("1.1.0"));
  await edit(path, change);
  await expect(readRegistry(folder, trust)).rejects.toThrow(fault);
});

/** Another payload under the old signatures. */
function swapPayload(text: string): string {
  const [line = "", ...rest] = text.includes("\n{") && !text.startsWith("{\n") ? text.split("\n") : [text];
  const envelope = JSON.parse(line);
  const payload = { ...JSON.parse(Buffer.from(envelope.payload, "base64").toString()), sequence: 99 };
  envelope.payload = Buffer.from(JSON.stringify(payload)).toString("base64");
  return [JSON.stringify(envelope), ...rest].join("\n");
}

function cutLine(text: string, at: number): string {
  const lines = text.trim().split("\n");
  lines.splice(at, 1);
  return `${lines.join("\n")}\n`;
}

test("notices an archive or an envelope that was exchanged", async () => {
  await publish(await makeEntry("1.0.0"), await makeEntry("1.1.0"));
  const registry = await readRegistry(folder, trust);
  await cp(join(folder, "acme/test/1.1.0.json"), join(folder, "acme/test/1.0.0.json"));
  await expect(registry.getPackage("acme/test", "1.0.0")).rejects.toThrow(
    "what was signed is another package",
  );
  await cp(join(folder, "acme/test/1.0.0.tgz"), join(folder, "acme/test/1.1.0.tgz"));
  await expect(registry.getPackage("acme/test", "1.1.0")).rejects.toThrow(
    "is not the archive that is listed",
  );
});

test("asks for the registry's own signature on every package", async () => {
  const entry = await makeEntry("1.0.0");
  await publish(entry);
  await writeFile(join(folder, "acme/test/1.0.0.json"), JSON.stringify(entry.envelope));
  const registry = await readRegistry(folder, trust);
  await expect(registry.getPackage("acme/test", "1.0.0")).rejects.toThrow("no key of the registry signed");
});

test("reads no file that is missing or larger than it may be", async () => {
  await expect(readRegistry(folder)).rejects.toThrow("the registry has no .well-known/tidings-plugins.json");
  await publish(await makeEntry("1.0.0"));
  await expect(folderSource(folder)("index.json", 100)).rejects.toThrow("index.json has more than 100 bytes");
  await edit(".well-known/tidings-plugins.json", (text) => text.padEnd(70_000));
  await expect(readRegistry(folder)).rejects.toThrow("has more than 65536 bytes");
});
