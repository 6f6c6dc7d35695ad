import { describe, expect, it } from "vitest";
import { checkSteps, type PluginCatalogue, type PolicyStep, sameSteps } from "./policy.rules.ts";

const plugin = (id: string, delivered: boolean, read: boolean) => ({
  manifest: { id, receipts: { mode: "push" as const, delivered, read } },
});
const plugins: PluginCatalogue = {
  list: () => [
    plugin("blind", false, false),
    plugin("delivering", true, false),
    plugin("reading", true, true),
  ],
};
const channels = ["blind", "delivering", "reading"].map((pluginId) => ({
  id: `chn_${pluginId}`,
  name: `Channel ${pluginId}`,
  pluginId,
}));
const first = (...pluginIds: string[]): PolicyStep => ({ channelIds: pluginIds.map((id) => `chn_${id}`) });
const problemsOf = (...steps: PolicyStep[]) =>
  checkSteps(steps, channels, plugins).map(({ pointer, code }) => [pointer, code]);

describe("checkSteps", () => {
  it.each([
    ["failed", "blind", true],
    ["failed", "reading", true],
    ["undelivered", "blind", false],
    ["undelivered", "delivering", true],
    ["unread", "delivering", false],
    ["unread", "reading", true],
  ] as const)("judges %s after a channel of the plugin %s: %s", (when, before, legal) => {
    const after = before === "blind" ? "reading" : "blind";
    const second = { ...first(after), when, ...(when === "failed" ? {} : { afterSeconds: 300 }) };
    expect(problemsOf(first(before), second)).toEqual(legal ? [] : [["/steps/1/when", "no_receipt"]]);
  });

  it("asks every channel of the step before and names the one that is silent", () => {
    const second: PolicyStep = { ...first("delivering"), when: "unread", afterSeconds: 60 };
    const [problem, ...others] = checkSteps([first("reading", "blind"), second], channels, plugins);
    expect(others).toEqual([]);
    expect(problem?.detail).toContain('"Channel blind"');
  });

  it("takes a channel without an installed plugin for silent", () => {
    const second: PolicyStep = { ...first("reading"), when: "undelivered", afterSeconds: 60 };
    const orphan = [{ id: "chn_blind", name: "Orphan", pluginId: "gone" }, ...channels.slice(1)];
    expect(checkSteps([first("blind"), second], orphan, plugins)).toMatchObject([{ code: "no_receipt" }]);
  });

  it("wants no condition in the first step and one in the second", () => {
    expect(problemsOf({ ...first("reading"), when: "failed", afterSeconds: 60 }, first("blind"))).toEqual([
      ["/steps/0/when", "not_applicable"],
      ["/steps/0/afterSeconds", "not_applicable"],
      ["/steps/1/when", "required"],
    ]);
  });

  it("wants a time exactly where there is something to wait for", () => {
    expect(problemsOf(first("reading"), { ...first("blind"), when: "unread" })).toEqual([
      ["/steps/1/afterSeconds", "required"],
    ]);
    expect(problemsOf(first("reading"), { ...first("blind"), when: "failed", afterSeconds: 60 })).toEqual([
      ["/steps/1/afterSeconds", "not_applicable"],
    ]);
  });

  it("refuses unknown channels, channels named twice, and a fallback to the same channel", () => {
    expect(
      problemsOf(first("reading", "reading", "gone"), { ...first("blind", "reading"), when: "failed" }),
    ).toEqual([
      ["/steps/0/channelIds/1", "named_twice"],
      ["/steps/0/channelIds/2", "unknown_channel"],
      ["/steps/1/channelIds/1", "same_channel"],
    ]);
  });
});

describe("sameSteps", () => {
  it("does not care for the order of fields, but for everything else", () => {
    const a: PolicyStep = { channelIds: ["chn_a"], when: "unread", afterSeconds: 60 };
    expect(sameSteps([a], [{ afterSeconds: 60, when: "unread", channelIds: ["chn_a"] }])).toBe(true);
    expect(sameSteps([a], [{ ...a, afterSeconds: 61 }])).toBe(false);
  });
});
