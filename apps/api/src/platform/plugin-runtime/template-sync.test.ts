import type { SettleOutput, SyncedTemplates } from "@tidings/sdk/plugin";
import { expect, it } from "vitest";
import { useVendor } from "./testing/runtime.ts";

const { runtimeFor } = useVendor();

const template = { kind: "template", code: "T1", name: "通知", state: "approved" } as const;

/** A plugin that asks once for each of these answers. */
async function sync(...rounds: unknown[]) {
  const request = (index: number, origin: string) => ({
    id: String(index),
    refs: [],
    method: "GET" as const,
    url: `${origin}/list/${index}`,
    auth: "api",
  });
  const { runtime, channel, logs } = runtimeFor(
    {
      syncTemplates: ({ settings, named }) => ({
        requests: named.map((_, index) => request(index, String(settings.endpoint))),
      }),
      settle: ({ responses, settings }): SettleOutput => {
        const index = Number(responses[0]?.id);
        const more = index + 1 < rounds.length ? [request(index + 1, String(settings.endpoint))] : [];
        return { results: [], sync: rounds[index] as SyncedTemplates, requests: more };
      },
    },
    { vendorTemplates: true },
  );
  return { list: await runtime.syncTemplates(channel, ["T1"]), logs };
}

it("gathers what all rounds have read, each code once", async () => {
  const other = { ...template, code: "T2", state: "rejected", reason: "营销" } as const;
  const { list } = await sync(
    { templates: [template] },
    { templates: [other, { ...template, name: "新名" }] },
  );
  expect(list).toEqual({ ok: true, templates: [{ ...template, name: "新名" }, other] });
});

it("keeps nothing when one round could not be read", async () => {
  const { list } = await sync({ templates: [template] }, { templates: [], failure: { code: "busy" } });
  expect(list).toEqual({ ok: false, code: "busy", detail: "The vendor's list could not be read." });
});

it("drops what is none of the contract, and shortens what is too long", async () => {
  const long = { ...template, code: "T3", text: "文".repeat(3_000), reason: "\u0000", secret: "x" };
  const { list } = await sync({
    templates: [null, { ...template, state: "maybe" }, { ...template, code: "" }, long],
  });
  expect(list).toEqual({
    ok: true,
    templates: [{ ...template, code: "T3", text: "文".repeat(2_000), reason: " " }],
  });
});

it.each([
  ["says nothing of templates", [undefined]],
  ["asks for a fourth round", [{ templates: [] }, { templates: [] }, { templates: [] }, { templates: [] }]],
  [
    "finds too many",
    [{ templates: Array.from({ length: 5_001 }, (_, index) => ({ ...template, code: `T${index}` })) }],
  ],
])("answers for a plugin that %s", async (_, rounds) => {
  const { list, logs } = await sync(...rounds);
  expect(list).toMatchObject({ ok: false, code: "plugin_error" });
  expect(logs).toHaveLength(1);
});
