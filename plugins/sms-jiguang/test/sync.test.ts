import { runSync, type Simulator } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { SETTINGS } from "./messages.ts";
import { makeSender } from "./sender.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

async function sync(named: string[], change: Record<string, number> = {}) {
  const { masterSecret, ...settings } = simulator.settings;
  const input = { settings: { ...settings, ...change }, named, now: Date.now(), seed: "5eed" };
  const rounds = await runSync(plugin, input, makeSender(simulator.settings));
  return {
    templates: rounds.flatMap(({ templates }) => templates),
    failures: rounds.flatMap(({ failure }) => failure ?? []),
  };
}

test("reads the signature of the settings and the templates that are named, with their review states", async () => {
  const { templates, failures } = await sync(["1003", "1008", "1009", "404001"]);
  expect(failures).toEqual([]);
  const { signId } = simulator.settings;
  expect(templates).toEqual([
    { kind: "signature", code: String(signId), name: "知行学校", state: "approved" },
    { kind: "template", code: "1003", name: "学校通知", text: "通知：{{content}}", state: "approved" },
    {
      kind: "template",
      code: "1008",
      name: "学校通知",
      text: "{{name}}您好，您的快递到了。",
      state: "pending",
    },
    {
      kind: "template",
      code: "1009",
      name: "学校通知",
      text: "恭喜{{name}}，点击领取。",
      state: "rejected",
    },
    { kind: "template", code: "404001", name: "404001", state: "rejected", reason: "invalid temp_id" },
  ]);
});

test.each([
  [1, "知行学校后勤", "pending"],
  [2, "知行", "rejected"],
  [3, undefined, "rejected"],
])("reads the signature %i IDs further", async (further, name, state) => {
  const signId = Number(simulator.settings.signId) + further;
  const { templates } = await sync([], { signId });
  expect(templates).toMatchObject([{ code: String(signId), name: name ?? String(signId), state }]);
});

test.each(["refuse", "busy", "drop"] as const)("says that one of them is not read: %s", async (fault) => {
  simulator.misbehave(fault, 1);
  const { templates, failures } = await sync(["1003"]);
  expect(templates).toEqual([]);
  expect(failures).toMatchObject([{ code: expect.any(String) }]);
});

test("asks for nothing where nothing is named, and not about what is no ID", () => {
  const { signId: _, ...settings } = SETTINGS;
  const input = { settings, now: 0, seed: "5eed" };
  expect(plugin.syncTemplates({ ...input, named: [] }).requests).toEqual([]);
  const { requests } = plugin.syncTemplates({ ...input, named: ["../sign/1", "SMS_1", "0", "1250"] });
  expect(requests.map(({ url }) => url)).toEqual(["https://api.sms.jpush.cn/v1/templates/1250"]);
});
