import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toUuid } from "@tidings/db";
import { type KeyPair, signPackage } from "@tidings/sdk/package";
import { type Label, type RegistryEntry, writeRegistry } from "@tidings/sdk/registry";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createRegistryLoop, createSynchronise, findListings } from "../../src/modules/marketplace/index.ts";
import { expectProblem, mustSucceed, REPOSITORY } from "../harness/index.ts";
import { newKey, packAcme } from "./acme.ts";
import { type DeskScene, startDeskScene } from "./desk-scene.ts";

interface RegistryView {
  id: string;
  kind: string;
  name: string;
  keys: { keyId: string; publicKey: string }[];
  sequence: number;
  listedCount: number;
  syncedAt: string | null;
  failure: { code: string }[] | null;
}

/** Somebody's registry: a folder behind a web server of its own. */
interface Remote {
  folder: string;
  key: KeyPair;
  url: string;
  endpoint: string;
  server: Server;
}

let scene: DeskScene;
let remote: Remote;
const author = newKey();
const remotes: Remote[] = [];

beforeAll(async () => {
  scene = await startDeskScene({ desk: false });
}, 60_000);
beforeEach(async () => {
  remote = await startRemote();
  scene.installation.allowedEndpoints.add(remote.endpoint);
});
afterAll(async () => {
  await scene?.stop();
  for (const { server, folder } of remotes) {
    server.close();
    await rm(folder, { recursive: true });
  }
});

async function startRemote(): Promise<Remote> {
  const folder = await mkdtemp(join(tmpdir(), "tidings-remote-"));
  const server = createServer((request, response) => {
    readFile(join(folder, new URL(request.url ?? "", "http://x").pathname)).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const started = { folder, key: newKey(), url: `http://${endpoint}/`, endpoint, server };
  remotes.push(started);
  return started;
}

async function entry(name: string, version: string, labels: Label[] = [], readme?: string) {
  const archive = await packAcme({
    manifest: { id: `${name}/pigeon`, version },
    ...(readme === undefined ? {} : { readme }),
  });
  const envelope = await signPackage(archive, author.privateKey, { publisher: name });
  return { archive, envelope, grade: "gold", labels, listedAt: "2026-01-02T03:04:05.000Z" } as RegistryEntry;
}

const publish = (name: string, ...entries: RegistryEntry[]) =>
  writeRegistry(
    remote.folder,
    { name: "Remote", publishers: [{ slug: name, name, keys: [author.publicKey] }], entries },
    remote.key.privateKey,
  );

const add = (name: string, publicKeys = [remote.key.publicKey]) =>
  scene.operators[0]<RegistryView>("POST", "/v1/operator/registries", { name, url: remote.url, publicKeys });

const synchronise = ({ id }: RegistryView) =>
  mustSucceed<RegistryView>(scene.operators[0]("POST", `/v1/operator/registries/${id}/synchronisations`));

const codesOf = ({ failure }: RegistryView) => failure?.map(({ code }) => code);

async function offersOf(pluginId: string) {
  const { transact } = scene.installation.foundation;
  const { tenantId } = scene.school;
  return transact({ tenantId }, (tx) =>
    findListings(tx, { tenantId, now: () => new Date() }, { pluginId, limit: 1 }),
  );
}

const edit = async (path: string, change: (text: string) => string) =>
  writeFile(join(remote.folder, path), change(await readFile(join(remote.folder, path), "utf8")));

describe("a remote registry", () => {
  it("shows its keys before it is added, and then brings what it lists", async () => {
    await publish("zeus", await entry("zeus", "1.0.0"), await entry("zeus", "1.1.0", ["verified"]));
    const [operator] = scene.operators;
    const seen = await mustSucceed<{ keys: object[] }>(
      operator("POST", "/v1/operator/registry-inspections", { url: remote.url }),
    );
    expect(seen.keys).toEqual([{ keyId: remote.key.keyId, publicKey: remote.key.publicKey }]);
    const added = await mustSucceed(add("zeus"));
    const synced = await synchronise(added);
    expect(synced).toMatchObject({ listedCount: 2, failure: null, sequence: 1 });
    const offers = await offersOf("zeus/pigeon");
    expect(offers.map(({ version, grade, labels }) => ({ version, grade, labels }))).toEqual([
      { version: "1.1.0", grade: "gold", labels: ["verified"] },
      { version: "1.0.0", grade: "gold", labels: [] },
    ]);
  });

  it("is not added under keys that it is not signed with", async () => {
    await publish("hera", await entry("hera", "1.0.0"));
    expectProblem(await add("hera", [newKey().publicKey]), "registry-unusable", 422);
  });

  it("is not asked at an address inside", async () => {
    for (const url of ["http://127.0.0.1:1/", "https://10.0.0.1/", "http://plugins.example/"]) {
      const answer = await scene.operators[0]("POST", "/v1/operator/registry-inspections", { url });
      expectProblem(answer, "registry-unusable", 422);
    }
  });

  it("brings nothing when it is signed by another key than the pinned one", async () => {
    await publish("ares", await entry("ares", "1.0.0"));
    const added = await mustSucceed(add("ares"));
    await rm(join(remote.folder, "log.jsonl"));
    remote.key = newKey();
    await publish("ares", await entry("ares", "1.0.0"));
    const synced = await synchronise(added);
    expect(codesOf(synced)).toEqual(["index_unsigned"]);
    expect(synced.listedCount).toBe(0);
  });

  it("brings nothing when an archive was changed", async () => {
    await publish("pan", await entry("pan", "1.0.0"));
    const added = await mustSucceed(add("pan"));
    await writeFile(join(remote.folder, "pan/pigeon/1.0.0.tgz"), await packAcme({ readme: "# Forged\n" }));
    expect(codesOf(await synchronise(added))).toEqual(["archive_other"]);
    expect(await offersOf("pan/pigeon")).toEqual([]);
  });

  it("brings nothing when versions.json was changed", async () => {
    await publish("iris", await entry("iris", "1.0.0"));
    const added = await mustSucceed(add("iris"));
    await edit("iris/pigeon/versions.json", (text) => text.replace('"gold"', '"silver"'));
    expect(codesOf(await synchronise(added))).toEqual(["versions_other"]);
  });

  it("cannot go back to an earlier index", async () => {
    await publish("nike", await entry("nike", "1.0.0"));
    const files = ["index.json", "log.jsonl", "nike/pigeon/versions.json"];
    const old = await Promise.all(files.map((path) => readFile(join(remote.folder, path))));
    await publish("nike", await entry("nike", "1.0.0", ["vulnerable"]));
    const added = await mustSucceed(add("nike"));
    expect(await synchronise(added)).toMatchObject({ sequence: 2, failure: null });
    for (const [index, path] of files.entries()) {
      await writeFile(join(remote.folder, path), old[index] ?? "");
    }
    expect(codesOf(await synchronise(added))).toEqual(["index_older"]);
    expect((await offersOf("nike/pigeon"))[0]?.labels).toEqual(["vulnerable"]);
  });

  it("stops what it calls malicious, and lets go what it calls so no more", async () => {
    await publish("eris", await entry("eris", "1.0.0"));
    const added = await mustSucceed(add("eris"));
    await synchronise(added);
    await publish("eris", await entry("eris", "1.0.0", ["malicious"]));
    await synchronise(added);
    const codes = async () => (await offersOf("eris/pigeon"))[0]?.obstacles.map(({ code }) => code);
    expect(await codes()).toEqual(["blocked", "malicious"]);
    await publish("eris", await entry("eris", "1.0.0"));
    await synchronise(added);
    expect(await codes()).toEqual([]);
  });

  it("withdraws what it lists no more", async () => {
    await publish("echo", await entry("echo", "1.0.0"), await entry("echo", "1.1.0"));
    const added = await mustSucceed(add("echo"));
    await synchronise(added);
    await publish("echo", await entry("echo", "1.1.0"));
    await synchronise(added);
    expect((await offersOf("echo/pigeon")).map(({ version }) => version)).toEqual(["1.1.0"]);
  });
});

describe("a registry that is deleted", () => {
  const remove = ({ id }: RegistryView) => scene.operators[0]("DELETE", `/v1/operator/registries/${id}`);
  const install = async (pluginId: string, sha256: string) => {
    const { books } = scene.installation;
    await books.transaction(
      ({ sql }) => sql`
        insert into plugin_installations (tenant_id, plugin_id, sha256, version, grants, agreed_by)
        values (${toUuid("tenant", scene.school.tenantId)}, ${pluginId}, ${sha256}, '1.0.0', '{}', 'test')`,
    );
  };

  it("is gone with its listings, and what it called malicious stays blocked", async () => {
    await publish("gone", await entry("gone", "1.0.0"), await entry("gone", "1.1.0"));
    const added = await mustSucceed(add("gone"));
    await synchronise(added);
    await publish("gone", await entry("gone", "1.0.0"), await entry("gone", "1.1.0", ["malicious"]));
    await synchronise(added);
    await mustSucceed(remove(added));
    expect(await offersOf("gone/pigeon")).toEqual([]);
    const { items } = await mustSucceed<{ items: RegistryView[] }>(
      scene.operators[0]("GET", "/v1/operator/registries"),
    );
    expect(items.map(({ id }) => id)).not.toContain(added.id);
    const blocks = await mustSucceed<{ items: { pluginId: string; version: string }[] }>(
      scene.operators[0]("GET", "/v1/operator/blocks"),
    );
    expect(blocks.items).toContainEqual(
      expect.objectContaining({ pluginId: "gone/pigeon", version: "1.1.0" }),
    );
    const audit = await mustSucceed<{ items: { action: string; before: object }[] }>(
      scene.operators[0]("GET", `/v1/operator/audit-entries?subjectId=${added.id}`),
    );
    expect(audit.items[0]).toMatchObject({
      action: "registry.deleted",
      before: { url: remote.url, listingCount: 2 },
    });
    expectProblem(await remove(added), "not-found", 404);
    expect((await add("gone")).status).toBe(201);
  });

  it("is kept while a tenant has installed anything from it, with what that is", async () => {
    await publish("kept", await entry("kept", "1.0.0"));
    const added = await mustSucceed(add("kept"));
    await synchronise(added);
    const [offer] = await offersOf("kept/pigeon");
    await install("kept/pigeon", offer?.sha256 ?? "");
    const refused = await remove(added);
    expectProblem(refused, "registry-in-use", 409);
    expect(refused.body).toMatchObject({
      errors: [{ code: "installed_from_it", params: { pluginId: "kept/pigeon", tenantCount: 1 } }],
    });
    expect(await offersOf("kept/pigeon")).toHaveLength(1);
  });

  it("is never one of the installation's own", async () => {
    const { items } = await mustSucceed<{ items: RegistryView[] }>(
      scene.operators[0]("GET", "/v1/operator/registries"),
    );
    const own = items.find(({ kind }) => kind === "own");
    expectProblem(await remove(own as RegistryView), "registry-fixed", 409);
  });
});

describe("several registries", () => {
  it("give a plugin from the first that has listed it, whoever has a higher version", async () => {
    await publish("twin", await entry("twin", "1.0.0"));
    const first = await mustSucceed(add("twin-first"));
    await synchronise(first);
    remote = await startRemote();
    scene.installation.allowedEndpoints.add(remote.endpoint);
    await publish("twin", await entry("twin", "9.0.0"));
    const second = await mustSucceed(add("twin-second"));
    await synchronise(second);
    const versions = async () => (await offersOf("twin/pigeon")).map(({ version }) => version);
    expect(await versions()).toEqual(["1.0.0"]);
    const [operator] = scene.operators;
    const { items } = await mustSucceed<{ items: RegistryView[] }>(
      operator("GET", "/v1/operator/registries"),
    );
    const others = items.map(({ id }) => id).filter((id) => id !== second.id);
    const order = { registryIds: [second.id, ...others] };
    await mustSucceed(operator("PUT", "/v1/operator/registry-order", order));
    expect(await versions()).toEqual(["9.0.0"]);
    await mustSucceed(operator("PATCH", `/v1/operator/registries/${second.id}`, { isOn: false }));
    expect(await versions()).toEqual(["1.0.0"]);
    expectProblem(
      await operator("PUT", "/v1/operator/registry-order", { registryIds: others }),
      "invalid-input",
      422,
    );
  });
});

describe("the registry that ships with the installation", () => {
  const readFrom = (seedFolder: string) => {
    const { api: database, clock, logger, plugins } = scene.installation.foundation;
    const synchronise = createSynchronise({ database, catalogue: plugins.shipped, clock });
    return createRegistryLoop({ database, synchronise, fetch, clock, logger, seedFolder }).run();
  };

  it("is read from its folder, at once installable, and may be absent", async () => {
    await publish("seed", await entry("seed", "1.0.0"));
    await readFrom("/nowhere");
    await readFrom(remote.folder);
    const [offer] = await offersOf("seed/pigeon");
    expect(offer).toMatchObject({ registry: { kind: "seed" }, version: "1.0.0", obstacles: [] });
  });

  it("is in order in this repository", async () => {
    await readFrom(join(REPOSITORY, "registry"));
    const { items } = await mustSucceed<{ items: RegistryView[] }>(
      scene.operators[0]("GET", "/v1/operator/registries"),
    );
    const seed = items.find(({ kind }) => kind === "seed");
    expect(seed).toMatchObject({ failure: null, syncedAt: expect.any(String) });
    expect(seed?.listedCount).toBeGreaterThan(0);
  });
});
