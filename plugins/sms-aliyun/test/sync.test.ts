import { runSync, type Simulator } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { makeSender } from "./acs3.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ furtherTemplateCount: 130 });
});
afterEach(() => simulator.close());

async function sync() {
  const { accessKeyId, accessKeySecret, ...settings } = simulator.settings;
  const input = { settings: { ...settings }, named: [], now: Date.now(), seed: "5eed" };
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
    { kind: "signature", code: "知行学校后勤", name: "知行学校后勤", state: "pending" },
    { kind: "signature", code: "知行", name: "知行", state: "rejected", reason: "资质不全；请补充授权书" },
  ]);
  const own = templates.filter(({ kind }) => kind === "template");
  expect(new Set(own.map(({ code }) => code)).size).toBe(137);
  expect(own.find(({ code }) => code === "SMS_100003")).toMatchObject({
    text: expect.stringMatching(/^【通知】\$\{content\}$/),
    state: "approved",
  });
  expect(own.find(({ code }) => code === "SMS_100008")).toMatchObject({ state: "pending" });
  expect(own.find(({ code }) => code === "SMS_404001")).toMatchObject({
    state: "rejected",
    reason: "模板内容涉及营销",
  });
});

test.each(["refuse", "busy", "drop"] as const)("says that a list is not read: %s", async (fault) => {
  simulator.misbehave(fault, 1);
  const { failures } = await sync();
  expect(failures).toMatchObject([{ code: expect.any(String) }]);
});
