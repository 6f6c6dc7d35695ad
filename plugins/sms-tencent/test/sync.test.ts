import { runSync, type Simulator } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { SETTINGS } from "./messages.ts";
import { makeSender } from "./tc3.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ furtherTemplateCount: 230 });
});
afterEach(() => simulator.close());

async function sync() {
  const { secretId, secretKey, ...settings } = simulator.settings;
  const input = { settings: { ...settings, signId: "1110" }, named: [], now: Date.now(), seed: "5eed" };
  const rounds = await runSync(plugin, input, makeSender(simulator.settings));
  return {
    roundCount: rounds.length,
    templates: rounds.flatMap(({ templates }) => templates),
    failures: rounds.flatMap(({ failure }) => failure ?? []),
  };
}

test("lists signatures and templates over all pages, with their review states", async () => {
  const { templates, failures, roundCount } = await sync();
  expect({ failures, roundCount }).toEqual({ failures: [], roundCount: 2 });
  expect(templates.filter(({ kind }) => kind === "signature")).toEqual([
    { kind: "signature", code: "知行学校", name: "知行学校", state: "approved" },
  ]);
  const own = templates.filter(({ kind }) => kind === "template");
  expect(new Set(own.map(({ code }) => code)).size).toBe(237);
  expect(own.find(({ code }) => code === "1110003")).toMatchObject({
    text: "【通知】{1}",
    state: "approved",
  });
  expect(own.find(({ code }) => code === "1110008")).toMatchObject({ state: "pending" });
  expect(own.find(({ code }) => code === "4040001")).toMatchObject({
    state: "rejected",
    reason: "模板内容涉及营销",
  });
});

test.each(["refuse", "busy", "drop"] as const)("says that a list is not read: %s", async (fault) => {
  simulator.misbehave(fault, 1);
  const { failures } = await sync();
  expect(failures).toMatchObject([{ code: expect.any(String) }]);
});

test("asks for no signature whose ID nobody gave", () => {
  const { requests } = plugin.syncTemplates({ settings: SETTINGS, now: 0, seed: "5eed" });
  expect(requests.map(({ id }) => id)).toEqual(["templates.0"]);
});
