import { until } from "@tidings/db/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SOURCE_PERMISSIONS } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import {
  contextOf,
  createTestInstallation,
  problemOf,
  type TestInstallation,
} from "../tenants/tenant.fixture.ts";
import { type ApiKeyService, createApiKeyService } from "./api-key.service.ts";
import { createApiKeyAuthenticator, requireSource } from "./api-key-authenticator.ts";
import type { SourceWithGrants } from "./source.repository.ts";
import { createSourceService, type SourceService } from "./source.service.ts";

let installation: TestInstallation;
let sources: SourceService;
let keys: ApiKeyService;
let ctx: RequestContext;
let source: SourceWithGrants;

beforeAll(async () => {
  installation = await createTestInstallation();
  sources = createSourceService(installation);
  keys = createApiKeyService(installation);
});
afterAll(() => installation.close());
beforeEach(async () => {
  ctx = contextOf(await installation.createTenant());
  source = await sources.createSource(ctx, { code: "jw", name: "教务" });
});

/** An authenticator with a clock that only the test moves. */
function createAuthenticator() {
  let nowMs = 0;
  const warnings: unknown[] = [];
  const logger = { warn: (...args: unknown[]) => void warnings.push(args) };
  const authenticate = createApiKeyAuthenticator({ ...installation, logger, monotonicMs: () => nowMs });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { authenticate, warnings, pass };
}

/** What a process without any memory says about the key. */
const ask = (key: string) => createAuthenticator().authenticate(key);

describe("an API key", () => {
  it("speaks for its source, in its tenant, with a source's permissions", async () => {
    const { key } = await keys.createApiKey(ctx, source.id);
    expect(await ask(key)).toEqual({
      tenantId: ctx.tenantId,
      actor: { kind: "source", id: source.id, name: "教务" },
      permissions: SOURCE_PERMISSIONS,
    });
  });

  it("is shown once and kept as a hash only", async () => {
    const { key, lastFour } = await keys.createApiKey(ctx, source.id);
    const listed = await keys.listApiKeys(ctx, source.id);
    expect(listed).toMatchObject([{ lastFour }]);
    expect(JSON.stringify(listed)).not.toContain(key);
  });

  it("works on through the overlap of a rotation, beside the new one", async () => {
    const old = await keys.createApiKey(ctx, source.id);
    const fresh = await keys.rotateApiKey(ctx, source.id, old.id, 60);
    expect(await ask(old.key)).toHaveProperty("actor");
    expect(await ask(fresh.key)).toHaveProperty("actor");
    const last = await keys.rotateApiKey(ctx, source.id, fresh.id, 0);
    expect(await ask(fresh.key)).toEqual({ problem: "unknown" });
    expect(await ask(last.key)).toHaveProperty("actor");
  });

  it("is dead a second after it was revoked, also where it was just used", async () => {
    const { id, key } = await keys.createApiKey(ctx, source.id);
    const { authenticate, pass } = createAuthenticator();
    expect(await authenticate(key)).toHaveProperty("actor");
    await keys.revokeApiKey(ctx, source.id, id);
    pass(1_000);
    expect(await authenticate(key)).toEqual({ problem: "unknown" });
  });

  it("says that its source is switched off, and works again when it is on", async () => {
    const { key } = await keys.createApiKey(ctx, source.id);
    await sources.updateSource(ctx, source.id, { state: "off" });
    const answer = await ask(key);
    expect(answer).toEqual({ problem: "source-off", sourceName: "教务" });
    expect(() => requireSource(answer)).toThrow('"教务" is switched off');
    await sources.updateSource(ctx, source.id, { state: "on" });
    expect(await ask(key)).toHaveProperty("actor");
  });

  it("is gone with its source", async () => {
    const { key } = await keys.createApiKey(ctx, source.id);
    await sources.deleteSource(ctx, source.id);
    expect(await ask(key)).toEqual({ problem: "unknown" });
  });

  it("has its use noted, once a minute and without a warning", async () => {
    const { key } = await keys.createApiKey(ctx, source.id);
    const usedAt = async () => (await keys.listApiKeys(ctx, source.id))[0]?.usedAt;
    const { authenticate, pass, warnings } = createAuthenticator();
    await authenticate(key);
    const first = await until(usedAt);
    pass(1_000);
    await authenticate(key);
    expect(await usedAt()).toEqual(first);
    expect(warnings).toEqual([]);
  });
});

describe("sources", () => {
  it("have at most five live keys", async () => {
    for (let i = 0; i < 5; i++) await keys.createApiKey(ctx, source.id);
    expect(await problemOf(keys.createApiKey(ctx, source.id))).toBe("too-many-api-keys");
  });

  it("give their quota back once, however many delete one of them at once", async () => {
    for (const code of ["a", "b", "c"]) await sources.createSource(ctx, { code, name: code });
    const deletions = Array.from({ length: 4 }, () => sources.deleteSource(ctx, source.id));
    const outcomes = await Promise.allSettled(deletions);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const used = installation.transact(
      ctx,
      ({ sql }) => sql<{ used: string }[]>`select used from quotas where kind = 'sources'`,
    );
    expect(await used).toEqual([{ used: "3" }]);
  });

  it("are granted channels of their own tenant only", async () => {
    const stranger = contextOf(await installation.createTenant());
    const channel = await installation.addChannel({ id: stranger.tenantId });
    expect(await problemOf(sources.grantChannel(ctx, source.id, channel.id))).toBe("not-found");
    const own = await installation.addChannel({ id: ctx.tenantId });
    expect((await sources.grantChannel(ctx, source.id, own.id)).channels).toMatchObject([{ id: own.id }]);
    await sources.revokeChannel(ctx, source.id, own.id);
    expect((await sources.getSource(ctx, source.id)).channels).toEqual([]);
  });

  it("of another tenant are not there", async () => {
    const stranger = contextOf(await installation.createTenant());
    expect(await problemOf(sources.getSource(stranger, source.id))).toBe("not-found");
    expect(await problemOf(keys.createApiKey(stranger, source.id))).toBe("not-found");
    expect((await sources.listSources(stranger, { limit: 10 })).items).toEqual([]);
  });
});
