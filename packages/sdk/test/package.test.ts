import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { Header, type HeaderData } from "tar";
import { afterEach, expect, test } from "vitest";
import {
  conformanceInputOf,
  PACKAGE_LIMITS,
  PackageRefused,
  packFiles,
  packPlugin,
  readCode,
  readPackage,
} from "../src/package/index.ts";
import { CODE, makeFiles, manifest } from "./package.fixture.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function writeFolder(files: Map<string, Uint8Array>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tidings-package-"));
  folders.push(folder);
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
    await utimes(join(folder, path), new Date(), new Date(folders.length * 1000));
  }
  return folder;
}

async function faultsOf(archive: Uint8Array): Promise<string[]> {
  const error = await readPackage(archive).catch((reason: unknown) => reason);
  if (!(error instanceof PackageRefused)) throw new Error("the archive was not refused");
  return error.faults.map(({ detail }) => detail);
}

/** An archive of entries that the packer would never write. */
function makeArchive(entries: [HeaderData & { path: string }, string?][]): Uint8Array {
  const blocks = entries.flatMap(([header, content = ""]) => {
    const bytes = Buffer.from(content);
    const block = Buffer.alloc(512);
    new Header({ type: "File", mode: 0o644, size: bytes.length, mtime: new Date(0), ...header }).encode(
      block,
    );
    return [block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

const goodEntries = [...makeFiles()].map(([path, bytes]): [HeaderData & { path: string }, string] => [
  { path },
  Buffer.from(bytes).toString(),
]);

test("packs the same folder into the same bytes, whatever the dates, the order and the rest of it", async () => {
  const files = makeFiles({ "src/plugin.ts": "export {};", "package.json": "{}", "vectors/plan.json": "[]" });
  const one = await packPlugin(await writeFolder(files));
  const other = await packPlugin(await writeFolder(new Map([...files].reverse())));
  expect(Buffer.from(one).equals(Buffer.from(other))).toBe(true);
  const { files: packed } = await readPackage(one);
  expect([...packed.keys()]).toEqual([
    "README.md",
    "channel.json",
    "plugin.js",
    "sample.json",
    "vectors/plan.json",
  ]);
});

test("reads what it packed, and names the module as it stands in the package", async () => {
  const source = { ...manifest, entry: "dist/plugin.js" };
  const files = makeFiles({
    "channel.json": JSON.stringify(source),
    "plugin.js": undefined,
    "dist/plugin.js": CODE,
  });
  const archive = await packPlugin(await writeFolder(files));
  const read = await readPackage(archive);
  expect(read.manifest).toEqual(manifest);
  expect(read.code).toBe(CODE);
  expect(read.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(await readCode(archive)).toBe(CODE);
});

test("gives the code of no archive without a module", async () => {
  const archive = makeArchive(goodEntries.filter(([{ path }]) => path !== "plugin.js"));
  await expect(readCode(archive)).rejects.toThrow("the package has no plugin.js");
});

test("gives the conformance checks what they need", async () => {
  const read = await readPackage(await packFiles(makeFiles({ "README.md": undefined })));
  const input = conformanceInputOf(read, { plan: () => ({ requests: [] }), settle: () => ({ results: [] }) });
  expect(input.hasReadme).toBe(false);
  expect(input.secrets).toEqual({ token: "s3cr3t-token" });
  expect([input.makeMessage(0), input.makeMessage(12_345)].map(({ ref, address }) => [ref, address])).toEqual(
    [
      ["dlv_0", "user-0000"],
      ["dlv_12345", "user-12345"],
    ],
  );
});

test("says which file of a folder is missing or unreadable", async () => {
  const unbuilt = await writeFolder(makeFiles({ "plugin.js": undefined }));
  await expect(packPlugin(unbuilt)).rejects.toThrow("plugin.js cannot be read");
  const broken = await writeFolder(makeFiles({ "channel.json": "{" }));
  await expect(packPlugin(broken)).rejects.toThrow("channel.json is no JSON");
});

test.each([
  ["a way out", "../plugin.js"],
  ["an absolute path", "/plugin.js"],
  ["a way round", "vectors/../../plugin.js"],
  ["a backslash", "vectors\\plan.json"],
  ["an unknown file", "index.js"],
  ["a hidden file", ".npmrc"],
  ["a file below another", "vectors/a/plan.json"],
  ["a long name", `vectors/${"a".repeat(80)}.json`],
])("refuses %s in a name", async (_, path) => {
  const faults = await faultsOf(makeArchive([...goodEntries, [{ path }, "[]"]]));
  expect(faults).toEqual([`no package has a file ${JSON.stringify(path)}`]);
});

test.each(["SymbolicLink", "Link"] as const)("refuses a %s", async (type) => {
  const link = { path: "icon.svg", type, linkpath: "/etc/passwd" };
  expect(await faultsOf(makeArchive([...goodEntries, [link]]))).toEqual([
    `"icon.svg" is a ${type}, not a file`,
  ]);
});

test("refuses folders, devices and a second file of one name", async () => {
  const folder = { path: "vectors/", type: "Directory" as const };
  expect(await faultsOf(makeArchive([...goodEntries, [folder]]))).toEqual([
    'no package has a file "vectors/"',
  ]);
  const device = { path: "icon.svg", type: "CharacterDevice" as const };
  expect(await faultsOf(makeArchive([...goodEntries, [device]]))).toEqual([
    '"icon.svg" is a CharacterDevice, not a file',
  ]);
  const twice = await faultsOf(makeArchive([...goodEntries, [{ path: "plugin.js" }, "export {};"]]));
  expect(twice).toEqual(["the archive has two files of one name"]);
});

test("refuses an archive that is too large, before it unpacks anything", async () => {
  expect(await faultsOf(new Uint8Array(PACKAGE_LIMITS.archive + 1))).toEqual([
    "the archive has 524289 bytes; 524288 are the limit",
  ]);
});

test("stops unpacking what swells up", async () => {
  const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024));
  expect(bomb.length).toBeLessThan(PACKAGE_LIMITS.archive);
  const before = process.memoryUsage.rss();
  expect(await faultsOf(bomb)).toEqual(["unpacked, the archive has more than 4194304 bytes"]);
  expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 1024 * 1024);
});

test("does not unpack what is packed twice", async () => {
  const nested = gzipSync(gzipSync(Buffer.alloc(256 * 1024 * 1024)));
  expect(await faultsOf(nested)).toEqual(["the archive is no tar file"]);
});

test("refuses too many files, and a file that is too large", async () => {
  const many = Array.from({ length: 27 }, (_, index): [HeaderData & { path: string }, string] => [
    { path: `vectors/v${index}.json` },
    "[]",
  ]);
  expect(await faultsOf(makeArchive([...goodEntries, ...many]))).toEqual([
    "the archive has 31 files; 30 are the limit",
  ]);
  const readme = "a".repeat(64 * 1024 + 1);
  await expect(packFiles(makeFiles({ "README.md": readme }))).rejects.toThrow(
    '"README.md" has 65537 bytes; 65536 are the limit',
  );
});

test("gives up on a pattern that takes for ever", async () => {
  const endless = { type: "string", pattern: "^(a+)+$", "x-secret": true } as const;
  const settings = { ...manifest.settings, properties: { token: endless } };
  const files = makeFiles({
    "channel.json": JSON.stringify({ ...manifest, settings }),
    "sample.json": sampleWith({ secrets: { token: `${"a".repeat(60)}!` } }),
  });
  await expect(packFiles(files)).rejects.toThrow("the pattern ^(a+)+$ takes longer than 200 ms");
});

test("names at most fifty faults, none of them long", async () => {
  const keys = Array.from({ length: 200 }, (_, index) => [`unknown${index}`, 1]);
  const files = makeFiles({ "channel.json": JSON.stringify({ ...manifest, ...Object.fromEntries(keys) }) });
  const error: unknown = await packFiles(files).catch((reason: unknown) => reason);
  expect(error instanceof PackageRefused && error.faults.length).toBe(50);
});

test("refuses what is no gzip, no tar, cut off or altered", async () => {
  const archive = Buffer.from(await packFiles(makeFiles()));
  expect(await faultsOf(Buffer.from("PK"))).toEqual(["the archive is no gzip file"]);
  expect(await faultsOf(gzipSync("export {}"))).not.toEqual([]);
  expect(await faultsOf(archive.subarray(0, archive.length - 20))).toEqual(["the archive is no gzip file"]);
  const tar = gunzipSync(archive);
  tar[0] = "X".charCodeAt(0);
  expect(await faultsOf(gzipSync(tar))).not.toEqual([]);
});

test.each<[string, Record<string, string | Uint8Array | undefined>, string]>([
  ["no manifest", { "channel.json": undefined }, "the package has no channel.json"],
  ["no sample", { "sample.json": undefined }, "the package has no sample.json"],
  [
    "a manifest with unknown keys",
    { "channel.json": JSON.stringify({ ...manifest, x: 1 }) },
    "channel.json: /",
  ],
  [
    "a native plugin",
    { "channel.json": JSON.stringify({ ...manifest, level: "native" }) },
    "only pure plugins are packed",
  ],
  [
    "a module elsewhere",
    { "channel.json": JSON.stringify({ ...manifest, entry: "dist/plugin.js" }) },
    "entry is plugin.js",
  ],
  ["a vector of no function", { "vectors/a.json": '[{"name":"a","call":"x"}]' }, "vectors/a.json: /0"],
  ["vectors that are no JSON", { "vectors/a.json": "[" }, "vectors/a.json is no JSON"],
  ["text that is not UTF-8", { "plugin.js": Uint8Array.of(0xff, 0xfe) }, "plugin.js is not UTF-8"],
  ["a script in an icon", { "icon.svg": "<svg><script>1</script></svg>" }, "an element <script>"],
  ["a handler in an icon", { "icon.svg": '<svg onload="x()"></svg>' }, "icon.svg: has handlers"],
  ["an image in an icon", { "icon.svg": '<svg><path fill="url(https://x.example)"/></svg>' }, "references"],
  ["settings that do not suit the form", { "sample.json": sampleWith({ secrets: {} }) }, "as settings"],
  ["addresses all alike", { "sample.json": sampleWith({ message: { address: "user-1" } }) }, "/message"],
])("refuses %s", async (_, change, fault) => {
  await expect(packFiles(makeFiles(change))).rejects.toThrow(fault);
});

function sampleWith(change: object): string {
  return JSON.stringify({
    settings: {},
    secrets: { token: "t" },
    message: { address: "user-####", content: {}, variables: {} },
    ...change,
  });
}
