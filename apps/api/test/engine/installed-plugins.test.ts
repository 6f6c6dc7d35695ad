import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createUpgradeLoop } from "../../src/modules/installations/index.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { createSandbox, type Sandbox } from "../../src/platform/plugin-runtime/index.ts";
import { hostOfSetting } from "../../src/platform/plugin-runtime/testing/plugins.ts";
import {
  expectNothingLost,
  expectProblem,
  givenSchool,
  type Installation,
  type ListedPackage,
  listCourier,
  messageTo,
  mustSucceed,
  type School,
  type SchoolChannel,
  startInstallation,
  until,
} from "../harness/index.ts";

/* Plugins that a tenant takes from the marketplace, while messages go out. */
let sandbox: Sandbox;
let installation: Installation;
let school: School;
let other: School;

beforeAll(async () => {
  sandbox = createSandbox({ logger: createLogger("silent") });
  installation = await startInstallation({ sandbox, isolation: "in-process" });
  other = await givenSchool(installation, "邻校");
});

beforeEach(async () => {
  installation.vendor.reset();
  school = await givenSchool(installation);
});

afterAll(async () => {
  await installation?.stop();
  await sandbox?.close();
});

const newId = () => `acme/courier-${randomBytes(4).toString("hex")}`;
const list = (id: string, version: string, rest: object = {}, options = {}) =>
  listCourier(installation, { id, version, ...rest }, options);
const install = (id: string, { version, grants }: ListedPackage, as = school.owner) =>
  as("POST", `/v1/plugins/${id}/install`, { version, grants });
const upgrade = (id: string, body: object) => school.owner("POST", `/v1/plugins/${id}/upgrade`, body);

async function createChannel(pluginId: string): Promise<SchoolChannel> {
  const code = pluginId.replace("/", "-");
  const channel = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code,
      name: code,
      pluginId,
      settings: { url: installation.vendor.url },
      secrets: { token: "courier-token" },
    }),
  );
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
  return channel;
}

const to = (...addresses: string[]) => ({
  kind: "addresses",
  addresses: addresses.map((address) => ({ address })),
});
const sendTo = (channel: SchoolChannel, ...addresses: string[]) =>
  school.send(messageTo(to(...addresses), [channel.code]));

/** A plugin with a channel. */
async function givenInstalled(rest: object = {}) {
  const id = newId();
  const first = await list(id, "1.0.0", rest);
  await mustSucceed(install(id, first));
  return { id, first, channel: await createChannel(id) };
}

interface PluginView {
  id: string;
  version: string;
  origin: string;
  obstacle: { code: string; reason: string | null } | null;
  installation: {
    sha256: string;
    previousVersion: string | null;
    trial: { version: string; share: number; counts: { new: { accepted: number } } } | null;
    upgrade: { version: string; needsConsent: boolean; obstacles: { code: string }[] } | null;
  } | null;
}

async function pluginOf(id: string, as = school.owner): Promise<PluginView | undefined> {
  const { items } = await mustSucceed<{ items: PluginView[] }>(as("GET", "/v1/plugins"));
  return items.find((one) => one.id === id);
}

const callsOf = (version: string) =>
  installation.vendor.calls.filter(({ path }) => path === `/${version}`).flatMap(({ refs }) => refs);

async function actionsOn(id: string): Promise<string[]> {
  const { items } = await mustSucceed<{ items: { action: string }[] }>(
    school.owner("GET", `/v1/audit-entries?subjectId=${encodeURIComponent(id)}`),
  );
  return items.map(({ action }) => action).reverse();
}

async function circuitOf(channel: SchoolChannel) {
  type View = { health: { circuit: { state: string; code: string | null } } };
  return (await mustSucceed<View>(school.owner("GET", `/v1/channels/${channel.id}`))).health.circuit;
}

describe("an installed plugin", () => {
  it("sends, is upgraded while it sends, goes back, and is uninstalled when nothing uses it", async () => {
    const { id, first, channel } = await givenInstalled();
    expect(await pluginOf(id)).toMatchObject({ version: "1.0.0", origin: "marketplace", obstacle: null });
    const second = await list(id, "1.1.0");
    expect((await pluginOf(id))?.installation?.upgrade).toMatchObject({
      version: "1.1.0",
      needsConsent: false,
      obstacles: [],
    });

    const held = installation.vendor.hold();
    const messageId = await sendTo(channel, ...Array.from({ length: 120 }, (_, n) => `device-${n}`));
    await held.arrived(2);
    await mustSucceed(upgrade(id, { version: "1.1.0" }));
    held.open();
    await school.completed(messageId);
    await school.completed(await sendTo(channel, "device-after"));
    const [old, next] = [callsOf("1.0.0"), callsOf("1.1.0")];
    expect(old.length + next.length).toBe(121);
    expect(old.length).toBeGreaterThanOrEqual(100);
    expect(next.length).toBeGreaterThanOrEqual(1);
    expect([...installation.vendor.effects.values()].every((count) => count === 1)).toBe(true);
    expect((await pluginOf(id))?.installation).toMatchObject({
      sha256: second.sha256,
      previousVersion: "1.0.0",
    });

    await mustSucceed(school.owner("POST", `/v1/plugins/${id}/rollback`));
    const backAgain = await sendTo(channel, "device-back");
    await school.completed(backAgain);
    expect(callsOf("1.0.0").length).toBe(old.length + 1);
    expect((await pluginOf(id))?.installation).toMatchObject({ sha256: first.sha256, previousVersion: null });
    expectProblem(await school.owner("POST", `/v1/plugins/${id}/rollback`), "no-previous-version", 409);

    const refused = await school.owner("DELETE", `/v1/plugins/${id}`);
    expectProblem(refused, "plugin-in-use", 409);
    expect(refused.body.errors).toMatchObject([{ code: "used_by_channel", params: { id: channel.id } }]);
    await mustSucceed(school.owner("DELETE", `/v1/channels/${channel.id}`));
    await mustSucceed(school.owner("DELETE", `/v1/plugins/${id}`));
    expect(await pluginOf(id)).toBeUndefined();
    expect(await actionsOn(id)).toEqual([
      "plugin.installed",
      "plugin.upgraded",
      "plugin.rolled_back",
      "plugin.uninstalled",
    ]);
    await expectNothingLost(installation);
  });

  it("is nothing that another tenant sees, uses or changes", async () => {
    const { id } = await givenInstalled();
    expect(await pluginOf(id, other.owner)).toBeUndefined();
    const channel = await other.owner("POST", "/v1/channels", {
      code: "stolen",
      name: "stolen",
      pluginId: id,
      settings: { url: installation.vendor.url },
      secrets: { token: "t" },
    });
    expectProblem(channel, "invalid-input", 422);
    expectProblem(await other.owner("DELETE", `/v1/plugins/${id}`), "not-found", 404);
    expectProblem(await other.owner("POST", `/v1/plugins/${id}/rollback`), "not-found", 404);
  });

  it("is the business of who may manage plugins", async () => {
    const { id } = await givenInstalled();
    const next = await list(id, "1.1.0");
    const unknown = newId();
    const offered = await list(unknown, "1.0.0");
    for (const member of [school.operator, school.reviewer]) {
      expectProblem(await install(unknown, offered, member), "forbidden", 403);
      const { version } = next;
      expectProblem(await member("POST", `/v1/plugins/${id}/upgrade`, { version }), "forbidden", 403);
      expectProblem(await member("POST", `/v1/plugins/${id}/rollback`), "forbidden", 403);
      expectProblem(await member("DELETE", `/v1/plugins/${id}`), "forbidden", 403);
      await mustSucceed(member("GET", `/v1/marketplace/plugins/${id}`));
    }
  });
});

describe("consent", () => {
  it("is to exactly what the version asks for", async () => {
    const id = newId();
    const offered = await list(id, "1.0.0");
    const detail = await mustSucceed<{ grants: object; readme: string; obstacles: object[] }>(
      school.owner("GET", `/v1/marketplace/plugins/${id}`),
    );
    expect(detail).toMatchObject({ grants: offered.grants, readme: `# ${id}\n`, obstacles: [] });
    const less = { ...offered, grants: { ...offered.grants, abilities: ["send"] } };
    const refused = await install(id, less);
    expectProblem(refused, "plugin-grants-changed", 409);
    expect(refused.body).toMatchObject({
      errors: [{ pointer: "/grants/abilities", detail: "This version asks for: receipts:push, send." }],
    });
    await mustSucceed(install(id, offered));
    expectProblem(await install(id, offered), "plugin-installed", 409);
  });

  it("holds a version that may do more, until it is given", async () => {
    const { id } = await givenInstalled();
    const wider = await list(id, "1.0.1", {
      manifest: { hosts: ["elsewhere.example", hostOfSetting("url")] },
    });
    const body = { version: "1.0.1" };
    const check = await mustSucceed(school.owner("POST", `/v1/plugins/${id}/upgrade/check`, body));
    expect(check).toMatchObject({
      step: "patch",
      needsConsent: true,
      widening: [{ kind: "hosts", value: "elsewhere.example" }],
      unfitChannels: [],
    });
    expectProblem(await upgrade(id, body), "plugin-upgrade-held", 409);
    expectProblem(await upgrade(id, { ...body, grants: wider.grants, trialShare: 5 }), "invalid-input", 422);
    expect((await pluginOf(id))?.installation?.upgrade).toMatchObject({ needsConsent: true });
    await mustSucceed(upgrade(id, { ...body, grants: wider.grants }));
    expect(await pluginOf(id)).toMatchObject({ version: "1.0.1" });
  });

  it("is not enough where the settings of a channel do not fit", async () => {
    const { id, channel } = await givenInstalled();
    const settings = {
      type: "object" as const,
      required: ["url", "token", "region"],
      additionalProperties: false as const,
      properties: {
        url: { type: "string" as const, maxLength: 200 },
        token: { type: "string" as const, "x-secret": true, maxLength: 200 },
        region: { type: "string" as const, maxLength: 20 },
      },
    };
    await list(id, "1.1.0", { manifest: { settings }, settings: { region: "north" } });
    const refused = await upgrade(id, { version: "1.1.0" });
    expectProblem(refused, "plugin-settings-unfit", 409);
    expect(refused.body).toMatchObject({
      errors: [{ pointer: `/channels/${channel.code}/settings/region`, code: "required" }],
    });
  });

  it("waits for the age and the grade that the operator asks for", async () => {
    const [young, id] = [newId(), newId()];
    const fresh = await list(young, "1.0.0", {}, { hoursAgo: 1 });
    const refused = await install(young, fresh);
    expectProblem(refused, "plugin-not-installable", 409);
    expect(refused.body).toMatchObject({ errors: [{ code: "release_age" }] });
    const { items } = await mustSucceed<{ items: { id: string; obstacles: object[] }[] }>(
      school.owner("GET", `/v1/marketplace/plugins?query=${young}&sort=newest`),
    );
    expect(items).toMatchObject([{ id: young, obstacles: [{ code: "release_age" }] }]);
    expectProblem(await install(id, fresh), "not-found", 404);
  });
});

describe("a trial", () => {
  it("keeps a version that does as well as the one before", async () => {
    const { id, channel } = await givenInstalled();
    await list(id, "1.1.0");
    await mustSucceed(upgrade(id, { version: "1.1.0", trialShare: 100 }));
    expect((await pluginOf(id))?.installation?.trial).toMatchObject({ version: "1.1.0", share: 100 });
    expectProblem(await upgrade(id, { version: "1.1.0" }), "plugin-trial-running", 409);
    const messageId = await sendTo(channel, ...Array.from({ length: 500 }, (_, n) => `device-${n}`));
    await school.completed(messageId);
    await until(async () => (await pluginOf(id))?.version === "1.1.0");
    expect(callsOf("1.1.0")).toHaveLength(500);
    expect(await actionsOn(id)).toEqual(["plugin.installed", "plugin.trial_begun", "plugin.upgraded"]);
  });

  it("turns a version down that fails where the one before does not", async () => {
    const { id, channel, first } = await givenInstalled({
      manifest: { limits: { batchSize: 10, concurrency: 8, timeoutMs: 20_000 } },
    });
    await list(id, "1.1.0", {
      manifest: { limits: { batchSize: 10, concurrency: 8, timeoutMs: 20_000 } },
      edit: (code: string) => code.replace('status: "accepted"', 'status: "rejected", code: "broken"'),
    });
    await mustSucceed(upgrade(id, { version: "1.1.0", trialShare: 25 }));
    const messageId = await sendTo(channel, ...Array.from({ length: 800 }, (_, n) => `device-${n}`));
    await school.completed(messageId);
    await until(async () => (await pluginOf(id))?.installation?.trial === null);
    expect((await pluginOf(id))?.installation).toMatchObject({ sha256: first.sha256 });
    expect(await actionsOn(id)).toContain("plugin.trial_ended");
    const [usual, tried] = [callsOf("1.0.0").length, callsOf("1.1.0").length];
    expect(usual + tried).toBe(800);
    expect(tried).toBeGreaterThan(0);
    expect(usual).toBeGreaterThan(tried);
  });
});

describe("an upgrade that nobody asks for", () => {
  it("begins as a trial, when it is old enough and asks for nothing new, and never with what was turned down", async () => {
    const { id } = await givenInstalled();
    const { foundation } = installation;
    const upgrades = createUpgradeLoop(foundation);
    const trialOf = async () => {
      await upgrades.run();
      return (await pluginOf(id))?.installation?.trial?.version;
    };
    await list(id, "1.1.0");
    expect(await trialOf()).toBeUndefined();
    await mustSucceed(school.owner("PATCH", `/v1/plugins/${id}`, { automaticUpgrades: "minor" }));
    await list(id, "1.3.0", {}, { hoursAgo: 1 });
    await list(id, "1.4.0", { manifest: { hosts: ["elsewhere.example", hostOfSetting("url")] } });
    await list(id, "2.0.0");
    expect(await trialOf()).toBe("1.1.0");
    await mustSucceed(school.owner("POST", `/v1/plugins/${id}/rollback`));
    expect(await trialOf()).toBeUndefined();
    await list(id, "1.2.0");
    expect(await trialOf()).toBe("1.2.0");
    expect(await actionsOn(id)).toEqual([
      "plugin.installed",
      "plugin.updated",
      "plugin.trial_begun",
      "plugin.trial_ended",
      "plugin.trial_begun",
    ]);
  });
});

describe("code that may not run", () => {
  it("waits with its deliveries, in every process, from seconds after it is blocked until it is not", async () => {
    const { id, first, channel } = await givenInstalled();
    await installation.startEngine();
    await school.completed(await sendTo(channel, "device-before"));
    await installation.books.transaction(
      ({ sql }) => sql`
        insert into plugin_blocks (sha256, plugin_id, version, cause, reason)
        values (${first.sha256}, ${id}, '1.0.0', 'operator', 'steals')`,
    );
    await until(async () => (await pluginOf(id))?.obstacle?.code === "plugin_blocked");
    expect((await pluginOf(id))?.obstacle?.reason).toBe("steals");
    await until(async () => (await actionsOn(id)).includes("plugin.blocked"));
    const before = installation.vendor.calls.length;
    const messageId = await sendTo(channel, "device-blocked");
    await school.reaches(messageId, "ready");
    expect(await circuitOf(channel)).toMatchObject({ state: "open", code: "plugin_blocked" });
    expect(installation.vendor.calls.length).toBe(before);
    expectProblem(await install(newId(), first), "not-found", 404);
    await installation.books.transaction(
      ({ sql }) => sql`delete from plugin_blocks where sha256 = ${first.sha256}`,
    );
    await school.completed(messageId);
    expect(await school.timelineOf(messageId)).toMatchObject({ state: "accepted", attemptCount: 1 });
    await until(async () => (await circuitOf(channel)).state === "closed");
    expect(await actionsOn(id)).toEqual(["plugin.installed", "plugin.blocked", "plugin.unblocked"]);
    await expectNothingLost(installation);
  });

  it("is blocked for every process by what it did in the sandbox", async () => {
    const { id, first, channel } = await givenInstalled({
      edit: (code: string) =>
        `${code.replace("export function plan", "function planGently")}
        export function plan(batch) {
          if (batch.messages.some(({ address }) => address === "huge")) return "x".repeat(64 * 1024 * 1024);
          return planGently(batch);
        }`,
    });
    const attacks = [await sendTo(channel, "huge"), await sendTo(channel, "huge")];
    await until(async () => (await actionsOn(id)).includes("plugin.blocked"));
    const blocks = await installation.books.transaction(
      ({ sql }) => sql`select cause, version from plugin_blocks where sha256 = ${first.sha256}`,
    );
    expect(blocks).toMatchObject([{ cause: "strikes", version: "1.0.0" }]);
    for (const messageId of attacks) {
      await school.reaches(messageId, "ready");
      await mustSucceed(school.owner("POST", `/v1/messages/${messageId}/cancellation`));
    }
    await school.allCompleted(attacks);
  });

  it("is a package that is not what its name says, and its deliveries wait until it is again", async () => {
    const { id, first, channel } = await givenInstalled();
    const store = (archive: Uint8Array) =>
      installation.books.transaction(
        ({ sql }) =>
          sql`update plugin_packages set archive = ${Buffer.from(archive)} where sha256 = ${first.sha256}`,
      );
    const altered = await list(newId(), "1.0.0", { edit: (code: string) => `${code}\n// altered` });
    await store(altered.archive);
    const messageId = await sendTo(channel, "device-tampered");
    await until(async () => (await circuitOf(channel)).code === "plugin_damaged");
    expect(installation.vendor.calls.filter(({ body }) => body.includes("device-tampered"))).toEqual([]);
    expectProblem(await school.owner("GET", `/v1/marketplace/plugins/${id}`), "package-damaged", 409);
    await store(first.archive);
    await school.completed(messageId);
    expect(await school.timelineOf(messageId)).toMatchObject({ state: "accepted" });
  });
});
