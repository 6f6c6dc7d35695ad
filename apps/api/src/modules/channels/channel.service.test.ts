import { schema } from "@tidings/db";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SOURCE_PERMISSIONS } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import { newId, toUuid } from "../../platform/ids.ts";
import type { ChannelHandle } from "../../platform/plugin-runtime/index.ts";
import { createAuditService } from "../audit/index.ts";
import { createSourceService } from "../sources/index.ts";
import type { NewTenant } from "../tenants/index.ts";
import {
  contextOf,
  createTestInstallation,
  problemOf,
  type TestInstallation,
} from "../tenants/tenant.fixture.ts";
import { testCatalogue, testPlugin } from "./channel.fixture.ts";
import { type ChannelService, type CreateChannel, createChannelService } from "./channel.service.ts";
import { type ChannelVault, createChannelVault } from "./channel-vault.ts";
import { createChannelVerificationService } from "./channel-verification.service.ts";

const SECRET = "SECRET-of-the-vendor";

const NO_ENGINE = { nudge() {}, wakeRetries: async () => {} };

let installation: TestInstallation;
let service: ChannelService;
let vault: ChannelVault;
let tenant: NewTenant;
let ctx: RequestContext;

beforeAll(async () => {
  installation = await createTestInstallation();
  service = createChannelService({
    ...installation,
    ...NO_ENGINE,
    catalogue: testCatalogue,
    refreshPlugins: async () => undefined,
    holdInstallation: async () => true,
    publicUrl: "https://tidings.example",
  });
  vault = createChannelVault(installation);
});
afterAll(() => installation.close());
beforeEach(async () => {
  tenant = await installation.createTenant();
  ctx = contextOf(tenant);
});

const input = (code: string, changes: Partial<CreateChannel> = {}): CreateChannel => ({
  code,
  name: `通道 ${code}`,
  pluginId: testPlugin.manifest.id,
  settings: { endpoint: "https://vendor.example" },
  secrets: { secretKey: SECRET },
  state: "on",
  ...changes,
});

const create = (code: string, changes?: Partial<CreateChannel>) =>
  service.createChannel(ctx, input(code, changes));

/** A policy without versions; the answer adds one. */
async function addPolicy(name: string) {
  const tenantId = tenant.id;
  const policyId = newId("policy");
  await installation.transact(ctx, (tx) =>
    tx.db.insert(schema.policies).values({ tenantId, id: policyId, name }),
  );
  return (number: number, steps: { channelIds: string[] }[]) =>
    installation.transact(ctx, (tx) =>
      tx.db.insert(schema.policyVersions).values({
        tenantId,
        policyId,
        number,
        steps,
        id: newId("policyVersion"),
        createdBy: newId("member"),
      }),
    );
}

describe("quotas", () => {
  it("hold exactly when twenty channels are created at once", async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => create(`c${i}`)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    const refusals = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    for (const { type, options } of refusals) {
      expect(type.code).toBe("quota-exceeded");
      expect(options.extensions).toMatchObject({ quota: "channels:sms", limit: 5, used: 5 });
    }
    const page = await service.listChannels(ctx, { limit: 100 });
    expect(page.items).toHaveLength(5);
  });

  it("are given back by a deletion, and not taken by a creation that fails", async () => {
    const first = await create("c0");
    for (let i = 1; i < 4; i++) await create(`c${i}`);
    expect(await problemOf(create("c1"))).toBe("channel-not-unique");
    await create("c4");
    expect(await problemOf(create("c5"))).toBe("quota-exceeded");
    await service.deleteChannel(ctx, first.id);
    await create("c5");
  });

  it("are given back once by a channel that several delete at once", async () => {
    const { id } = await create("c0");
    for (let i = 1; i < 5; i++) await create(`c${i}`);
    const deletions = Array.from({ length: 5 }, () => service.deleteChannel(ctx, id));
    const outcomes = await Promise.allSettled(deletions);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await create("c5");
    expect(await problemOf(create("c6"))).toBe("quota-exceeded");
  });

  it("of one kind leave the other kinds alone", async () => {
    for (let i = 0; i < 5; i++) await create(`c${i}`);
    const mail = await create("mail", { pluginId: "test/mail" });
    expect(mail).toMatchObject({ kind: "email", receiptsUrl: null });
  });
});

describe("secrets", () => {
  it("never come back: not from the API, not from the audit log", async () => {
    const created = await create("c0");
    const updated = await service.updateChannel(ctx, created.id, {
      secrets: { proxyPassword: `${SECRET}2` },
    });
    const read = await service.getChannel(ctx, created.id);
    const list = await service.listChannels(ctx, { limit: 10 });
    const audit = await createAuditService(installation).listAuditEntries(ctx, { limit: 100 });
    const entries = audit.items.map(({ before, after }) => ({ before, after }));
    expect(JSON.stringify({ created, updated, read, list, entries })).not.toContain(SECRET);
    expect(read.secrets.map(({ field }) => field)).toEqual(["proxyPassword", "secretKey"]);
    expect(JSON.stringify(entries)).toContain("proxyPassword");
  });

  it("can be read by the worker's role and not by the API's", async () => {
    const { id } = await create("c0");
    expect(await vault.readSecrets(tenant.id, id)).toEqual({ secretKey: SECRET });
    const withApiRole = createChannelVault({ ...installation, transactAsWorker: installation.transact });
    const error = await withApiRole.readSecrets(tenant.id, id).catch((reason: unknown) => reason);
    expect((error as { cause?: { code?: string } }).cause?.code).toBe("42501");
  });

  it("stay when omitted, change when given, go when null", async () => {
    const { id } = await create("c0", { secrets: { secretKey: SECRET, proxyPassword: "p" } });
    await service.updateChannel(ctx, id, { settings: { endpoint: "https://other.example" } });
    expect(await vault.readSecrets(tenant.id, id)).toEqual({ secretKey: SECRET, proxyPassword: "p" });
    await service.updateChannel(ctx, id, { secrets: { secretKey: "new", proxyPassword: null } });
    expect(await vault.readSecrets(tenant.id, id)).toEqual({ secretKey: "new" });
    const removal = service.updateChannel(ctx, id, { secrets: { secretKey: null } });
    expect(await problemOf(removal)).toBe("invalid-input");
    expect(await vault.readSecrets(tenant.id, id)).toEqual({ secretKey: "new" });
  });

  it("do not decrypt in another channel's place", async () => {
    const [from, to] = [await create("c0"), await create("c1", { secrets: { secretKey: "other" } })];
    await installation.superuser.transaction(
      ({ sql }) => sql`
        update channel_secrets set ciphertext = taken.ciphertext from channel_secrets taken
        where channel_secrets.channel_id = ${toUuid("channel", to.id)}
          and taken.channel_id = ${toUuid("channel", from.id)}`,
    );
    expect(await vault.readSecrets(tenant.id, from.id)).toEqual({ secretKey: SECRET });
    await expect(vault.readSecrets(tenant.id, to.id)).rejects.toThrow();
  });
});

describe("a channel", () => {
  it("of another tenant is not there", async () => {
    const { id } = await create("c0");
    const stranger = contextOf(await installation.createTenant());
    expect(await problemOf(service.getChannel(stranger, id))).toBe("not-found");
    expect(await problemOf(service.updateChannel(stranger, id, { name: "x" }))).toBe("not-found");
    expect(await problemOf(service.deleteChannel(stranger, id))).toBe("not-found");
    expect(await vault.readSecrets(stranger.tenantId, id)).toEqual({});
  });

  it("has a code and a name of its own", async () => {
    const first = await create("c0");
    expect(await problemOf(create("c0", { name: "另一个" }))).toBe("channel-not-unique");
    const second = await create("c1");
    const rename = service.updateChannel(ctx, second.id, { name: first.name });
    expect(await problemOf(rename)).toBe("channel-not-unique");
  });

  it("is seen by a source only when it is granted, and without its settings", async () => {
    const [granted, other] = [await create("c0"), await create("c1")];
    const sources = createSourceService(installation);
    const source = await sources.createSource(ctx, { code: "jw", name: "教务" });
    await sources.grantChannel(ctx, source.id, granted.id);
    const asSource: RequestContext = {
      ...contextOf(tenant, SOURCE_PERMISSIONS),
      actor: { kind: "source", id: source.id, name: source.name },
    };
    const { items } = await service.listChannels(asSource, { limit: 10 });
    expect(items).toMatchObject([{ id: granted.id, settings: {}, secrets: [], receiptsUrl: null }]);
    expect(await problemOf(service.getChannel(asSource, other.id))).toBe("not-found");
    expect((await service.getChannel(ctx, granted.id)).sources).toEqual([{ id: source.id, name: "教务" }]);
  });

  it("cannot be deleted while an active policy's latest version sends through it", async () => {
    const { id } = await create("c0");
    const addVersion = await addPolicy("三步必达");
    await addVersion(1, [{ channelIds: [id] }]);
    const refusal = await service.deleteChannel(ctx, id).catch((error: Error) => error.message);
    expect(refusal).toContain("三步必达");
    await addVersion(2, [{ channelIds: [newId("channel")] }]);
    await service.deleteChannel(ctx, id);
    expect(await problemOf(service.getChannel(ctx, id))).toBe("not-found");
  });
});

describe("the test call", () => {
  const verification = (verify: (channel: ChannelHandle) => Promise<{ ok: boolean; code?: string }>) =>
    createChannelVerificationService({ ...installation, ...NO_ENGINE, vault, runtime: { verify } });

  it("gets the decrypted secrets and leaves its outcome as the channel's health", async () => {
    const { id } = await create("c0");
    const failing = verification(async (channel) => {
      expect(await channel.readSecrets()).toEqual({ secretKey: SECRET });
      return { ok: false, code: "wrong_key" };
    });
    expect(await failing.verifyChannel(ctx, id)).toMatchObject({ ok: false, health: "failing" });
    expect(await service.getChannel(ctx, id)).toMatchObject({ health: "failing", healthCode: "wrong_key" });
    await verification(async () => ({ ok: true })).verifyChannel(ctx, id);
    expect(await service.getChannel(ctx, id)).toMatchObject({ health: "healthy", healthCode: null });
  });

  it("says nothing about settings that were changed while it ran", async () => {
    const { id } = await create("c0");
    const overtaken = verification(async () => {
      await service.updateChannel(ctx, id, { secrets: { secretKey: "new" } });
      return { ok: true };
    });
    expect(await problemOf(overtaken.verifyChannel(ctx, id))).toBe("channel-changed");
    expect(await service.getChannel(ctx, id)).toMatchObject({ health: "unverified", revision: 2 });
  });
});
