import { expect, test } from "vitest";
import type { PluginManifest, PureFunctions, PurePlugin, SettleInput } from "../src/plugin/index.ts";
import {
  type ConformanceInput,
  checkConformance,
  gradeOf,
  runBatch,
  runVerify,
  type Vector,
} from "../src/testing/index.ts";
import { manifest as bare } from "./package.fixture.ts";

const text = (zh: string) => ({ zh, en: "Words" });
const settings = { endpoint: "https://api.example.com" };
const NOW = Date.UTC(2026, 0, 2);

/** All that a manifest can promise: gold, to be lessened one promise at a time. */
const manifest: PluginManifest = {
  ...bare,
  settings: {
    ...bare.settings,
    properties: { ...bare.settings.properties, endpoint: { type: "string" } },
  },
  receipts: { mode: "push", delivered: true, read: false },
  idempotency: { kind: "key", windowSeconds: 3600 },
  errors: Object.fromEntries(
    ["not_sent", "blocked", "ambiguous", "refused", "busy", "off"].map((code) => [code, text("说明")]),
  ),
};

const plugin = {
  plan: ({ messages }) => ({
    requests: messages.map(({ ref, content }) => ({
      id: ref,
      refs: [ref],
      method: "POST",
      url: "https://api.example.com/send",
      body: content.text ?? "",
      auth: "api",
      idempotencyKey: ref,
    })),
  }),
  settle: ({ op, responses }) => {
    if (op === "verify") {
      const [response] = responses;
      return {
        results: [],
        verification: { ok: response !== undefined && outcomeOf(response).status === "accepted" },
      };
    }
    return { results: responses.flatMap((one) => one.refs.map((ref) => ({ ref, ...outcomeOf(one) }))) };
  },
  verify: () => ({
    requests: [{ id: "1", refs: [], method: "GET", url: "https://api.example.com/me", auth: "api" }],
  }),
  parseReceipt: ({ body }) => ({ events: readEvents(body), reply: { status: 200, body: "" } }),
} satisfies PurePlugin;

function outcomeOf(response: SettleInput["responses"][number]) {
  if ("error" in response) {
    const status = { not_sent: "transient", blocked: "config", ambiguous: "unknown" } as const;
    return { status: status[response.error], code: response.error };
  }
  if (response.status === 429) return { status: "throttled", code: "busy" } as const;
  if (response.status >= 500) return { status: "unknown", code: "ambiguous" } as const;
  if (response.status === 401) return { status: "config", code: "refused" } as const;
  return response.status === 200
    ? ({ status: "accepted" } as const)
    : ({ status: "rejected", code: "refused" } as const);
}

function readEvents(body: string) {
  const [, id, type] = /^{"id":"(\w+)","type":"(delivered|undelivered)"}$/.exec(body) ?? [];
  if (!id || (type !== "delivered" && type !== "undelivered")) return [];
  return [
    { eventId: id, type, at: NOW, vendorId: id, ...(type === "undelivered" && { code: "off" }) } as const,
  ];
}

const receiptOf = (body: string) => ({ headers: {}, query: {}, body, settings, now: NOW });
const settleOf = (more: object): SettleInput => {
  const responses = [{ id: "1", refs: ["1"], ...more }] as SettleInput["responses"];
  return { op: "send", responses, settings, now: NOW };
};

const vectors: Vector[] = [
  ...[
    { error: "not_sent", detail: "" },
    { error: "ambiguous", detail: "" },
    { status: 400, headers: {}, body: "" },
  ].map((more, index): Vector => {
    const input = settleOf(more);
    return { name: `settle ${index}`, call: "settle", input, output: plugin.settle(input) };
  }),
  ...["delivered", "undelivered"].map((type): Vector => {
    const input = receiptOf(`{"id":"a","type":"${type}"}`);
    return { name: type, call: "parseReceipt", input, output: plugin.parseReceipt(input) };
  }),
  { name: "verify", call: "verify", input: { settings, now: NOW, seed: "" }, output: plugin.verify() },
  {
    name: "plan",
    call: "plan",
    input: { batchRef: "b", messages: [], settings, now: NOW, seed: "" },
    output: { requests: [] },
  },
];

const check = (change: Partial<ConformanceInput> = {}) =>
  checkConformance({
    manifest,
    plugin,
    settings,
    secrets: { token: "s3cr3t-token" },
    makeMessage: (index) => ({
      ref: `dlv_${index}`,
      address: `user-${index}`,
      content: { text: "hi" },
      variables: {},
    }),
    vectors,
    hasReadme: true,
    ...change,
  });

async function missingOf(change: Partial<ConformanceInput>): Promise<string[]> {
  const { checks, merits } = await check(change);
  return [...checks, ...merits].filter(({ ok }) => !ok).map(({ name }) => name);
}

const without = (name: string) => vectors.filter((vector) => vector.name !== name);

test("gives gold to a plugin that leaves nothing unclear", async () => {
  expect(await missingOf({})).toEqual([]);
  expect(gradeOf(await check())).toBe("gold");
});

test.each<[string, string | null, Partial<ConformanceInput>, string[]]>([
  [
    "a repeat is a second message",
    "silver",
    { manifest: { ...manifest, idempotency: { kind: "none" } } },
    ["settlesWhatIsUnsure"],
  ],
  [
    "arrival is not told",
    "silver",
    { manifest: { ...manifest, receipts: { mode: "push", delivered: false, read: false } } },
    ["tellsWhenMessagesArrive"],
  ],
  ["a kind of failure has no vector", "silver", { vectors: without("settle 1") }, ["hasVectorsOfFailures"]],
  ["bad news have no vector", "silver", { vectors: without("undelivered") }, ["hasVectorsOfBadNews"]],
  ["a function has no vector", "bronze", { vectors: without("verify") }, ["hasVectorsOfEachFunction"]],
  ["there is no README", "bronze", { hasReadme: false }, ["hasAReadme"]],
  [
    "a code has no words",
    "bronze",
    { manifest: { ...manifest, errors: { ...manifest.errors, off: text("off") } } },
    ["putsErrorsIntoWords"],
  ],
  [
    "nothing is told afterwards",
    "bronze",
    { manifest: { ...manifest, receipts: { mode: "none", delivered: false, read: false } } },
    ["tellsWhatBecameOfMessages", "tellsWhenMessagesArrive"],
  ],
  ["a required check fails", null, { settings: { nothing: 1 } }, ["settingsAreValid"]],
])("when %s, gives %s", async (_, grade, change, missing) => {
  expect(gradeOf(await check(change))).toBe(grade);
  expect((await missingOf(change)).sort()).toEqual(missing);
});

test("says what each check is about, in both languages", async () => {
  const { checks, merits } = await check();
  for (const { words } of [...checks, ...merits]) expect(words.zh).toMatch(/\p{Script=Han}/u);
  expect(new Set(checks.map(({ neededFor }) => neededFor))).toEqual(new Set(["bronze"]));
  expect(new Set(merits.map(({ neededFor }) => neededFor))).toEqual(new Set(["silver", "gold"]));
});

test("takes functions that answer later, as those in a sandbox do", async () => {
  const later: PureFunctions = {
    plan: async (input) => plugin.plan(input),
    settle: async (input) => plugin.settle(input),
    verify: async () => plugin.verify(),
    parseReceipt: async (input) => plugin.parseReceipt(input),
  };
  expect(await missingOf({ plugin: later })).toEqual([]);
  const rejecting = { ...later, plan: () => Promise.reject(new Error("lost")) };
  expect(await missingOf({ plugin: rejecting })).toContain("planAnswersEveryMessageOnce");
  const answer = async () => ({ status: 200, headers: {}, body: "" });
  const input = { settings, now: NOW, seed: "" };
  expect(await runVerify(later, input, answer)).toEqual({ ok: true });
  const messages = [{ ref: "1", address: "a", content: {}, variables: {} }];
  expect(await runBatch(later, { ...input, batchRef: "b", messages }, answer)).toEqual([
    { ref: "1", status: "accepted" },
  ]);
});

let calls = 0;

test.each<[string, Partial<PureFunctions>]>([
  [
    "settleIsDeterministic",
    {
      settle: (input) => ({
        results: plugin.settle(input).results.map((one) => ({ ...one, detail: String(calls++) })),
      }),
    },
  ],
  [
    "settleTakesNoResponses",
    {
      settle: (input) =>
        input.responses.length > 0 ? plugin.settle(input) : { results: [{ ref: "x", status: "unknown" }] },
    },
  ],
  [
    "idempotencyKeysAreStable",
    {
      plan: (input) => ({
        requests: plugin
          .plan(input)
          .requests.map((one) => ({ ...one, idempotencyKey: `${input.batchRef}${one.id}` })),
      }),
    },
  ],
  [
    "idempotencyKeysAreStable",
    { plan: (input) => ({ requests: plugin.plan(input).requests.map(({ idempotencyKey, ...one }) => one) }) },
  ],
  [
    "planKeepsTheLimits",
    {
      plan: (input) => ({
        requests: plugin.plan(input).requests.map((one) => ({ ...one, body: "x".repeat(2_000_000) })),
      }),
    },
  ],
  [
    "receiptsComeInAnyOrder",
    {
      parseReceipt: (input) => ({
        ...plugin.parseReceipt(input),
        reply: { status: 200, body: String(calls++) },
      }),
    },
  ],
  [
    "receiptsSurviveForgeries",
    {
      parseReceipt: (input) => ({
        events: JSON.parse(input.body).id ? readEvents(input.body) : [],
        reply: { status: 200, body: "" },
      }),
    },
  ],
  [
    "planAnswersEveryMessageOnce",
    {
      plan: (input) =>
        plugin.plan({ ...input, messages: input.messages.slice(0, manifest.limits.batchSize) }),
    },
  ],
])("notices a plugin that breaks %s", async (name, change) => {
  expect(await missingOf({ plugin: { ...plugin, ...change } })).toContain(name);
});
