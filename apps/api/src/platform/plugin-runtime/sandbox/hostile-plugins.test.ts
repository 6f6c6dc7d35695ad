import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { GOSSIPING, GREEDY, INNOCENT, POLLUTING, PRYING } from "./testing/hostile-plugins.ts";
import { inputWith, keepBusy, useSandboxes } from "./testing/sandboxes.ts";

/*
 * Real workerd, and plugins that mean harm. The host and innocent plugins go on unharmed, with not one call failed; who
 * did it is found out and disabled.
 */
const newSandbox = useSandboxes();
const INPUT = inputWith({ endpoint: "e" }, "r1");
/** It takes three that are found out: shared, and twice alone. What only memory tells may get some calls in between. */
const MOST_CALLS = 100;

describe("a plugin that takes too much", { timeout: 60_000 }, () => {
  it.each(Object.entries(GREEDY))("by %s is disabled, and nobody else is harmed", async (_name, code) => {
    const { sandbox, disabled } = newSandbox();
    const innocents = await Promise.all(["acme/one", "acme/two"].map((id) => keepBusy(sandbox, id)));
    const { plan } = (await sandbox.seal("evil/plugin", code)).functionsFor("ten_evil");
    const outcomes: unknown[] = [];
    while (disabled.length === 0 && outcomes.length < MOST_CALLS) {
      outcomes.push(await Promise.resolve(plan(INPUT)).catch((error) => error.name));
    }
    const before = innocents.map((innocent) => innocent.callCount());
    await expect(plan(INPUT)).rejects.toMatchObject({ obstacle: { code: "plugin_disabled" } });
    await expect
      .poll(() => innocents.map((one, i) => one.callCount() > (before[i] ?? 0) + 2), { timeout: 10_000 })
      .toEqual([true, true]);
    for (const innocent of innocents) {
      const { callCount, failures } = await innocent.stop();
      expect(failures).toEqual([]);
      expect(callCount).toBeGreaterThan(2);
    }
    expect(disabled).toEqual([{ pluginId: "evil/plugin", reason: expect.any(String) }]);
    expect(sandbox.counts().disabled).toEqual(["evil/plugin"]);
    expect(sandbox.counts().strikes.map(({ pluginId }) => pluginId)).not.toContain("acme/one");
    expect(sandbox.counts().strikes.map(({ pluginId }) => pluginId)).not.toContain("acme/two");
  });

  it("is found out among others that do the same at the same time", async () => {
    const { sandbox, disabled } = newSandbox();
    const innocents = await Promise.all(["acme/one", "acme/two"].map((id) => keepBusy(sandbox, id)));
    const attacks = ["an infinite loop", "a heap bomb", "an answer that never comes"] as const;
    const attackers = attacks.map(async (name) => {
      const { plan } = (await sandbox.seal(`evil/${name}`, GREEDY[name])).functionsFor("ten_evil");
      let outcome: unknown;
      for (let call = 0; call < MOST_CALLS && outcome !== "plugin_disabled"; call += 1) {
        outcome = await Promise.resolve(plan(INPUT)).catch((error) => error.obstacle?.code);
      }
      return outcome;
    });
    expect(new Set(await Promise.all(attackers))).toEqual(new Set(["plugin_disabled"]));
    for (const innocent of innocents) expect((await innocent.stop()).failures).toEqual([]);
    expect(disabled.map(({ pluginId }) => pluginId).sort()).toEqual(
      attacks.map((name) => `evil/${name}`).sort(),
    );
  });

  it("while it is loaded is refused", async () => {
    const { sandbox, disabled } = newSandbox();
    const innocent = await keepBusy(sandbox, "acme/one");
    await expect(sandbox.seal("evil/plugin", "for (;;); export const plan = 1;")).rejects.toThrow();
    expect((await innocent.stop()).failures).toEqual([]);
    expect(disabled).toMatchObject([{ pluginId: "evil/plugin" }]);
  });

  it("begins anew with another version", async () => {
    const { sandbox, disabled } = newSandbox();
    const { plan } = (await sandbox.seal("acme/one", GREEDY["a huge output"])).functionsFor("ten_a");
    for (let call = 0; call < 2; call += 1)
      await expect(plan(INPUT)).rejects.toThrow("gave more than it may");
    expect(disabled).toHaveLength(1);
    const mended = (await sandbox.seal("acme/one", INNOCENT)).functionsFor("ten_a");
    expect(await mended.plan(INPUT)).toMatchObject({ requests: [{ id: "r1" }] });
  });
});

describe("a sealed plugin", () => {
  it("reaches no environment, no file, no process, no network and no code but its own", async () => {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      requests.push(String(request.url));
      response.end("secret");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    server.on("connection", () => requests.push("connection"));
    const { port } = server.address() as AddressInfo;
    const { sandbox } = newSandbox();
    const { plan } = (await sandbox.seal("evil/plugin", PRYING)).functionsFor("ten_evil");
    const address = `127.0.0.1:${port}`;
    const output = await plan(inputWith({ origin: `http://${address}/`, address }, "r1"));
    server.close();
    expect(output).toEqual({
      requests: [],
      loot: {
        environment: ["undefined", "undefined", "undefined", "undefined"],
        timers: ["undefined", "undefined", "undefined", "undefined", "undefined"],
        workers: [],
        prototypes: ["undefined", "undefined"],
        files: "refused",
        children: "refused",
        neighbour: "refused",
        fetched: "refused",
        connected: "refused",
        upgraded: "refused",
        cached: "refused",
        evaluated: "refused",
      },
    });
    expect(requests).toEqual([]);
  });

  it("finds nothing of other tenants, and nothing of other plugins", async () => {
    const { sandbox } = newSandbox();
    const gossip = await sandbox.seal("evil/gossip", GOSSIPING);
    const other = await sandbox.seal("evil/other", `${GOSSIPING}\n// another plugin`);
    await gossip.functionsFor("ten_a").plan(inputWith({ note: "of tenant a" }, "r1"));
    const seenByB = await gossip.functionsFor("ten_b").plan(inputWith({ note: "of tenant b" }, "r1"));
    const seenByOther = await other.functionsFor("ten_a").plan(inputWith({ note: "of tenant a" }, "r1"));
    expect(seenByB).toEqual({ requests: [], found: [] });
    expect(seenByOther).toEqual({ requests: [], found: [] });
  });

  it("pollutes prototypes for itself only", async () => {
    const { sandbox } = newSandbox();
    const polluter = await sandbox.seal("evil/polluter", POLLUTING);
    const output = await polluter.functionsFor("ten_evil").plan(INPUT);
    expect(output).toMatchObject({ requests: [] });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(([1] as unknown[]).map((one) => one)).toEqual([1]);
    const innocent = await sandbox.seal("acme/one", INNOCENT);
    expect(await innocent.functionsFor("ten_evil").plan(INPUT)).toEqual({
      requests: [{ id: "r1", refs: ["r1"], method: "POST", url: "e/r1" }],
    });
  });

  it("leaves the message of its errors behind", async () => {
    const { sandbox } = newSandbox();
    const code = "export const plan = ({ messages }) => { throw new RangeError(messages[0].address); };";
    const { plan } = (await sandbox.seal("acme/one", code)).functionsFor("ten_a");
    const error: Error | undefined = await Promise.resolve(plan(INPUT)).then(
      () => undefined,
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ name: "RangeError", message: "" });
    expect(error?.stack).toContain("plugin.js:1");
  });
});
