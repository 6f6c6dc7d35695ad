import { describe, expect, test } from "vitest";
import type { Plugin } from "#lib/api/client.ts";
import { changedLines, grantLines } from "#lib/features/marketplace/grants.ts";
import { obstacleText } from "#lib/features/marketplace/obstacle-text.ts";
import { trialRates } from "#lib/features/marketplace/trial-rates.ts";
import { pluginStateOf } from "#lib/states/plugin-states.ts";

const none = { hosts: [], settingsHosts: [], secrets: [], abilities: [] };
const titleOf = (field: string) => (field === "endpoint" ? "接口地址" : field);

describe("what a plugin may reach", () => {
  test("is said in words, abilities in the order of a message's life", () => {
    const grants = {
      hosts: ["sms.example.com"],
      settingsHosts: ["endpoint"],
      secrets: ["key"],
      abilities: ["query", "send"],
    };
    expect(grantLines(grants, titleOf).map(({ text }) => text)).toEqual([
      "sms.example.com",
      "通道设置“接口地址”里填写的地址",
      "key",
      "发送消息",
      "查询不确定是否发出的消息",
    ]);
  });

  test("is compared with what was agreed to: what is new, and what is asked for no more", () => {
    const before = grantLines({ ...none, hosts: ["a.example", "b.example"] }, titleOf);
    const after = grantLines({ ...none, hosts: ["b.example"], abilities: ["send"] }, titleOf);
    expect(changedLines(before, after).map(({ value, change }) => [value, change])).toEqual([
      ["b.example", undefined],
      ["send", "new"],
      ["a.example", "gone"],
    ]);
  });
});

describe("the state of a plugin", () => {
  const upgrade = { version: "1.1.0", step: "minor", widening: [], needsConsent: false, obstacles: [] };
  const obstacle = (code: string) => ({ code, detail: "", reason: null });

  test.each([
    ["current", { obstacle: null, installation: null }],
    ["upgradable", { obstacle: null, installation: { upgrade } }],
    ["held", { obstacle: null, installation: { upgrade: { ...upgrade, needsConsent: true } } }],
    [
      "postponed",
      {
        obstacle: null,
        installation: { upgrade: { ...upgrade, needsConsent: true, obstacles: [obstacle("grade")] } },
      },
    ],
    ["trial", { obstacle: null, installation: { upgrade, trial: { share: 5 } } }],
    ["blocked", { obstacle: obstacle("plugin_blocked"), installation: { trial: { share: 5 } } }],
    ["stopped", { obstacle: obstacle("plugin_damaged"), installation: null }],
  ])("is %s", (state, plugin) => {
    expect(pluginStateOf(plugin as unknown as Plugin)).toBe(state);
  });
});

test("what keeps a version from being installed falls back to the API's word for it", () => {
  const unknown = { code: "full_moon", detail: "The moon is full.", reason: null, until: null };
  expect(obstacleText(unknown).text).toBe("The moon is full.");
  const blocked = { code: "blocked", detail: "It is blocked: steals", reason: "steals", until: null };
  expect(obstacleText(blocked).text).toContain("原因：steals。");
});

test("a trial without deliveries has no rates", () => {
  const counts = { accepted: 0, rejected: 0, config: 0, transient: 0, unknown: 0 };
  const rates = trialRates({ old: { ...counts, accepted: 3, rejected: 1 }, new: counts });
  expect(rates.map((rate) => [rate.old, rate.new])).toEqual([
    [0.75, 0],
    [0.25, 0],
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});
