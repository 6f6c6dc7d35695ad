import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { toUuid } from "../../platform/ids.ts";
import {
  createPluginRuntime,
  type PluginRuntime,
  type TokenPlace,
} from "../../platform/plugin-runtime/index.ts";
import {
  batchOf,
  catalogueOf,
  channelWith,
  manifestWith,
  postEach,
  recordingLogger,
} from "../../platform/plugin-runtime/testing/plugins.ts";
import { makeSigningKey, pemOf, withJwt } from "../../platform/plugin-runtime/testing/signed-tokens.ts";
import { TokenVendor, withTokens } from "../../platform/plugin-runtime/testing/token-vendor.ts";
import { startVendor, type VendorServer } from "../../platform/plugin-runtime/testing/vendor-server.ts";
import type { NewTenant } from "../tenants/index.ts";
import { createTestInstallation, type TestInstallation } from "../tenants/tenant.fixture.ts";
import { createAccessTokenStore } from "./access-token-store.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

let installation: TestInstallation;
let tenant: NewTenant;
let channelId: string;
let place: TokenPlace;

beforeAll(async () => {
  installation = await createTestInstallation();
});
afterAll(() => installation.close());
beforeEach(async () => {
  tenant = await installation.createTenant();
  channelId = (await installation.addChannel(tenant)).id;
  place = { tenantId: tenant.id, channelId, revision: 1, scheme: "api" };
});

const open = () => createAccessTokenStore(installation);
const tokenOf = (value: string) => ({ value, renewAt: NOW + 60_000, expiresAt: NOW + 120_000 });
const NOTHING = { above: 0, at: NOW };

async function keep(value: string, where = place): Promise<number> {
  const store = open();
  const lease = await store.lease(where, { above: 0, at: NOW + 90_000 }, 1_000);
  return (lease && (await store.keep(where, lease, tokenOf(value)))) || 0;
}

const rows = () =>
  installation.superuser.transaction(
    ({ sql }) => sql<{ revision: number; ciphertext: Buffer }[]>`
      select revision, ciphertext from access_tokens
      where channel_id = ${toUuid("channel", channelId)} order by revision`,
  );

describe("the store of access tokens", () => {
  it("gives the lease to one of many", async () => {
    const leases = await Promise.all(Array.from({ length: 8 }, () => open().lease(place, NOTHING, 10_000)));
    expect(leases.filter(Boolean)).toHaveLength(1);
  });

  it("gives the lease again when it was given back, or ran out", async () => {
    const [first, second] = [open(), open()];
    const lease = await first.lease(place, NOTHING, 10_000);
    expect(await second.lease(place, NOTHING, 10_000)).toBeUndefined();
    await first.giveBack(place, lease ?? "");
    const other = await second.lease(place, NOTHING, 0);
    expect(other).toBeDefined();
    const third = await first.lease(place, NOTHING, 10_000);
    expect(third).toBeDefined();
    expect(await second.keep(place, other ?? "", tokenOf("too-late"))).toBeUndefined();
    expect(await first.find(place)).toBeUndefined();
  });

  it("keeps a token for everybody, and gives no lease until it is to be renewed or refused", async () => {
    const version = await keep("access-1");
    expect(await open().find(place)).toEqual({ ...tokenOf("access-1"), version });
    expect(await open().lease(place, NOTHING, 1_000)).toBeUndefined();
    expect(await open().lease(place, { above: version, at: NOW }, 0)).toBeDefined();
    expect(await open().lease(place, { above: 0, at: NOW + 60_000 }, 0)).toBeDefined();
    expect(await keep("access-2")).toBe(version + 1);
  });

  it("seals what it keeps, bound to its place", async () => {
    await keep("access-1");
    const other = { ...place, revision: 2 };
    const [sealed] = await rows();
    expect(Buffer.from(sealed?.ciphertext ?? []).toString("latin1")).not.toContain("access-1");
    await installation.superuser.transaction(
      ({ sql }) =>
        sql`update access_tokens set revision = 2 where channel_id = ${toUuid("channel", channelId)}`,
    );
    await expect(open().find(other)).rejects.toThrow();
  });

  it("forgets the tokens of earlier secrets, and all of a deleted channel", async () => {
    await keep("access-1");
    await keep("access-2", { ...place, revision: 2 });
    expect((await rows()).map(({ revision }) => revision)).toEqual([2]);
    await installation.superuser.transaction(
      ({ sql }) => sql`delete from channels where id = ${toUuid("channel", channelId)}`,
    );
    expect(await rows()).toEqual([]);
  });

  it("goes on counting where a row was forgotten under a process that still uses its token", async () => {
    const store = open();
    const lease = await store.lease(place, { above: 5, at: NOW }, 1_000);
    expect(await store.keep(place, lease ?? "", tokenOf("access-6"))).toBe(6);
  });

  it("is closed to the API's role and to other tenants", async () => {
    await keep("access-1");
    const withApiRole = createAccessTokenStore({ ...installation, transactAsWorker: installation.transact });
    const error = await withApiRole.find(place).catch((reason: unknown) => reason);
    expect((error as { cause?: { code?: string } }).cause?.code).toBe("42501");
    const stranger = await installation.createTenant();
    expect(await open().find({ ...place, tenantId: stranger.id })).toBeUndefined();
  });
});

describe("two runtimes on one database", () => {
  let vendor: VendorServer;
  let tokens: TokenVendor;
  const runtimes: PluginRuntime[] = [];

  beforeEach(async () => {
    tokens = new TokenVendor();
    vendor = await startVendor((...args) => tokens.behave(...args));
  });
  afterEach(async () => {
    for (const runtime of runtimes.splice(0)) await runtime.close();
    await vendor.close();
  });

  function start(store = open(), manifest = manifestWith(withTokens()), token = "tok-0123456789") {
    const { logger, logs } = recordingLogger();
    const runtime = createPluginRuntime({
      plugins: catalogueOf(manifest, postEach),
      clock: { now: () => new Date(NOW) },
      logger,
      outbound: { allowedEndpoints: new Set([vendor.endpoint]) },
      tokens: store,
    });
    runtimes.push(runtime);
    const channel = channelWith({
      tenantId: tenant.id,
      channelId,
      settings: { endpoint: vendor.origin },
      readSecrets: async () => ({ token }),
    });
    const statusesOf = async (...refs: string[]) =>
      (await runtime.send(channel, batchOf(...refs))).map(({ status }) => status);
    return { statusesOf, logs };
  }

  it("fetch one token, whoever comes first", async () => {
    const [one, two] = [start(), start()];
    const statuses = await Promise.all([
      one.statusesOf("a", "b"),
      two.statusesOf("c", "d"),
      one.statusesOf("e"),
    ]);
    expect(statuses.flat()).toEqual(Array(5).fill("accepted"));
    expect(tokens.taken).toHaveLength(5);
    expect(tokens.givenCount).toBe(1);
  });

  it("replace a token that the vendor refuses once, and repeat what was refused", async () => {
    const [one, two] = [start(), start()];
    await one.statusesOf("a");
    await two.statusesOf("b");
    tokens.revoke();
    await Promise.all([one.statusesOf("c", "d", "e"), two.statusesOf("f", "g", "h")]);
    expect(tokens.taken.sort()).toEqual(
      ["a", "b", "c", "d", "e", "f", "g", "h"].map((ref) => `/send/${ref}`),
    );
    expect(tokens.givenCount).toBe(2);
  });

  it("show the vendor one token, where it is the host that signs", async () => {
    const key = pemOf(makeSigningKey().privateKey);
    const [one, two] = [start(open(), withJwt(), key), start(open(), withJwt(), key)];
    await Promise.all([one.statusesOf("a", "b"), two.statusesOf("c"), one.statusesOf("d")]);
    await start(open(), withJwt(), key).statusesOf("e");
    const carried = vendor.requests.map(({ headers }) => headers.authorization);
    expect(carried).toHaveLength(5);
    expect(carried[0]).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
    expect(new Set(carried).size).toBe(1);
  });

  it("let the second one fetch when the first was told no", async () => {
    const [one, two] = [start(), start()];
    tokens.secret = "another";
    await one.statusesOf("a");
    tokens.secret = "tok-0123456789";
    expect(await two.statusesOf("b")).toEqual(["accepted"]);
    expect(tokens.taken).toEqual(["/send/b"]);
  });

  it("send nothing, and say so without a secret, when the database is gone", async () => {
    const { statusesOf, logs } = start({
      ...open(),
      find: () => installation.transactAsWorker(place, (tx) => tx.sql`select 1 / 0` as never),
    });
    // The test plugin calls every transport error unknown; the vendor is what counts.
    expect(await statusesOf("a")).toEqual(["unknown"]);
    expect(vendor.requests).toEqual([]);
    expect(logs).toMatchObject([{ level: "error", message: "access token cannot be shared" }]);
  });
});
