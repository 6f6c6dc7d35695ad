import { expect, test } from "vitest";
import type {
  FollowUpInput,
  PlanInput,
  PlanOutput,
  PluginManifest,
  PurePlugin,
  QueryOutput,
  RecallOutput,
  RecipientLimit,
  SettleInput,
  SettleOutput,
} from "../src/plugin/index.ts";
import { type ConformanceInput, checkConformance } from "../src/testing/index.ts";

const text = { zh: "测试", en: "Test" };
const manifest: PluginManifest = {
  id: "acme/test",
  version: "1.0.0",
  protocol: ["1.0"],
  level: "pure",
  kind: "test",
  kindName: text,
  name: text,
  summary: text,
  entry: "dist/plugin.js",
  settings: {
    type: "object",
    required: ["endpoint"],
    additionalProperties: false,
    properties: { endpoint: { type: "string" }, token: { type: "string", "x-secret": true } },
  },
  hosts: ["api.example.com"],
  auth: { api: { type: "bearer", secret: "token" } },
  address: { schema: { type: "string", maxLength: 50 }, label: text },
  content: { text: { label: text, required: true, maxLength: 100, escape: "none" } },
  receipts: { mode: "push", delivered: true, read: false },
  idempotency: { kind: "none" },
  limits: { batchSize: 10, concurrency: 1, timeoutMs: 1000 },
};

/** A plugin that keeps the contract, to be broken one rule at a time. */
const good = {
  plan: ({ messages, settings }: PlanInput): PlanOutput => ({
    requests: messages.map(({ ref, address, content }) => ({
      id: ref,
      refs: [ref],
      method: "POST",
      url: `${settings.endpoint}/send`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ to: address, text: content.text ?? "" }),
      auth: "api",
    })),
  }),
  settle: ({ responses }: SettleInput): SettleOutput => ({
    results: responses.flatMap((response) => {
      const status = readStatus(response);
      return response.refs.map((ref) => ({ ref, status }));
    }),
  }),
  parseReceipt: () => ({ events: [], reply: { status: 200, body: "" } }),
} satisfies PurePlugin;

function readStatus(response: SettleInput["responses"][number]) {
  if ("error" in response) {
    return ({ not_sent: "transient", blocked: "config", ambiguous: "unknown" } as const)[response.error];
  }
  if (response.status >= 500) return "unknown";
  if (response.status === 401) return "config";
  if (response.status === 429) return "throttled";
  return response.status < 300 ? "accepted" : "rejected";
}

async function failedChecks(
  plugin: Partial<PurePlugin>,
  change: Partial<ConformanceInput> = {},
): Promise<string[]> {
  const report = await checkConformance({
    manifest,
    plugin: { ...good, ...plugin },
    settings: { endpoint: "https://api.example.com" },
    secrets: { token: "s3cr3t-token" },
    makeMessage: (index) => ({
      ref: `dlv_${index}`,
      address: `user-${index}`,
      content: { text: "hello" },
      variables: {},
    }),
    ...change,
  });
  return report.checks.filter((check) => !check.ok).map((check) => check.name);
}

/** The good plan with every request changed. */
function planWith(
  change: (request: ReturnType<typeof good.plan>["requests"][number]) => object,
): PurePlugin["plan"] {
  return (input) => ({
    requests: good.plan(input).requests.map((request) => ({ ...request, ...change(request) })),
  });
}

const planSlowly: PurePlugin["plan"] = (input) => {
  const until = performance.now() + input.messages.length / 8;
  while (performance.now() < until);
  return good.plan(input);
};

test("finds nothing wrong with a plugin that keeps the contract", async () => {
  expect(await failedChecks({})).toEqual([]);
});

test("tells limits of a recipient in order from those of which one never holds", async () => {
  const withLimits = (...perRecipient: RecipientLimit[]) =>
    failedChecks({}, { manifest: { ...manifest, limits: { ...manifest.limits, perRecipient } } });
  const minute = { messages: 30, seconds: 60 };
  expect(await withLimits(minute, { messages: 1000, seconds: 3600 })).toEqual([]);
  expect(await withLimits(minute, { messages: 30, seconds: 3600 })).toEqual(["manifestIsValid"]);
  expect(await withLimits({ messages: 1000, seconds: 3600 }, minute)).toEqual(["manifestIsValid"]);
});

test("takes no plugin for slow because the machine was busy with others for a while", async () => {
  let stalls = 6;
  const plan: PurePlugin["plan"] = (input) => {
    if (input.messages.length < 100 || stalls-- <= 0) return good.plan(input);
    return planSlowly(input);
  };
  expect(await failedChecks({ plan })).not.toContain("planIsFast");
  expect(stalls).toBeLessThan(0);
});

test.each<[string, Partial<PurePlugin>]>([
  ["planAnswersEveryMessageOnce", { plan: () => ({ requests: [] }) }],
  [
    "planTakesAnEmptyBatch",
    {
      plan: (input) => ({ requests: good.plan(input).requests, results: [{ ref: "x", status: "rejected" }] }),
    },
  ],
  ["planIsDeterministic", { plan: planWith(() => ({ body: crypto.randomUUID() })) }],
  ["planIsPlainJson", { plan: planWith(() => ({ body: undefined })) }],
  ["requestsStayInsideTheManifest", { plan: planWith(() => ({ url: "https://evil.example.com/" })) }],
  ["requestsStayInsideTheManifest", { plan: planWith(() => ({ url: "http://api.example.com/" })) }],
  ["requestsStayInsideTheManifest", { plan: planWith(() => ({ auth: "other" })) }],
  ["planKeepsSecretsOut", { plan: planWith(() => ({ body: "s3cr3t-token" })) }],
  [
    "planSurvivesHostileContent",
    { plan: planWith((request) => ({ headers: { "x-body": JSON.parse(request.body ?? "").text } })) },
  ],
  ["planIsFast", { plan: planSlowly }],
  ["settleAnswersEveryMessageOnce", { settle: () => ({ results: [] }) }],
  [
    "settleReadsFaults",
    {
      settle: ({ responses }) => ({
        results: responses.flatMap(({ refs }) => refs.map((ref) => ({ ref, status: "transient" as const }))),
      }),
    },
  ],
  [
    "resultsKeepTheirLimits",
    {
      settle: (input) => ({
        results: good
          .settle(input)
          .results.map((result) => ({ ...result, detail: `${JSON.stringify(input)}\u0000` })),
      }),
    },
  ],
  ["receiptsSurviveGarbage", { parseReceipt: ({ body }) => JSON.parse(body) }],
])("notices a plugin that breaks %s", async (name, plugin) => {
  expect(await failedChecks(plugin)).toContain(name);
});

const followUps = {
  query: { windowSeconds: 60, batchSize: 20, notBeforeSeconds: 0 },
  recall: { windowSeconds: 60, batchSize: 20 },
};

/** A plugin that can be asked and takes back, to be broken one rule at a time. */
const thorough = {
  ...good,
  query: ({ messages }: FollowUpInput): QueryOutput => ({ requests: requestsFor(messages, "query") }),
  recall: ({ messages }: FollowUpInput): RecallOutput => ({ requests: requestsFor(messages, "recall") }),
  settle: (input: SettleInput): SettleOutput => {
    if (input.op === "query") return { results: [], answers: input.responses.flatMap(readAnswers) };
    if (input.op === "recall") return { results: [], recalls: input.responses.flatMap(readRecalls) };
    return good.settle(input);
  },
} satisfies PurePlugin;

const requestsFor = (messages: { ref: string }[], path: string) =>
  messages.map(({ ref }) => ({
    id: ref,
    refs: [ref],
    method: "POST" as const,
    url: `https://api.example.com/${path}`,
    auth: "api",
  }));

const isOk = (response: SettleInput["responses"][number]) =>
  "body" in response && response.status === 200 && response.body.startsWith("yes");
const readAnswers = (response: SettleInput["responses"][number]) =>
  response.refs.map((ref) => ({
    ref,
    status: isOk(response) ? ("accepted" as const) : ("unanswered" as const),
  }));
const readRecalls = (response: SettleInput["responses"][number]) =>
  response.refs.map((ref) => ({
    ref,
    status: isOk(response) ? ("recalled" as const) : ("unanswered" as const),
  }));

/** The thorough plugin with its answers to one operation changed. */
const settleWith =
  (op: SettleInput["op"], change: Partial<SettleOutput>): PurePlugin["settle"] =>
  (input) =>
    input.op === op ? { results: [], ...change } : thorough.settle(input);

test("finds nothing wrong with a plugin that can be asked and takes back", async () => {
  expect(await failedChecks(thorough, { manifest: { ...manifest, ...followUps } })).toEqual([]);
});

test.each<[string, Partial<PurePlugin>]>([
  ["followUpsAnswerEveryMessageOnce", { settle: settleWith("query", { answers: [] }) }],
  ["followUpsAnswerEveryMessageOnce", { recall: () => ({ requests: [] }) }],
  [
    "followUpsReadFaults",
    {
      settle: (input) =>
        input.op === "recall"
          ? {
              results: [],
              recalls: input.responses.flatMap(({ refs }) =>
                refs.map((ref) => ({ ref, status: "recalled" as const })),
              ),
            }
          : thorough.settle(input),
    },
  ],
  [
    "queryNeverLosesByGarbage",
    {
      settle: (input) =>
        input.op === "query"
          ? {
              results: [],
              answers: input.responses.flatMap((response) =>
                response.refs.map((ref) => ({
                  ref,
                  status: "body" in response && response.status === 200 ? "not_found" : "unanswered",
                })),
              ),
            }
          : thorough.settle(input),
    },
  ],
  [
    "followUpsAreDeterministic",
    { query: ({ messages }) => ({ requests: requestsFor(messages, `query?${crypto.randomUUID()}`) }) },
  ],
  [
    "requestsStayInsideTheManifest",
    {
      recall: () => ({ requests: [{ id: "1", refs: [], method: "GET", url: "https://evil.example.com/" }] }),
    },
  ],
])("notices a plugin that breaks %s when it follows up", async (name, plugin) => {
  expect(
    await failedChecks({ ...thorough, ...plugin }, { manifest: { ...manifest, ...followUps } }),
  ).toContain(name);
});

test("notices an ability that is declared and not there, or there and not declared", async () => {
  expect(await failedChecks({}, { manifest: { ...manifest, ...followUps } })).toContain("manifestIsValid");
  expect(await failedChecks(thorough)).toContain("manifestIsValid");
  const pulled = { ...manifest.receipts, mode: "pull" as const };
  expect(await failedChecks({}, { manifest: { ...manifest, receipts: pulled } })).toContain(
    "manifestIsValid",
  );
});

test("notices pushes that are to prove themselves by what is no secret", async () => {
  const authentication = {
    type: "sorted-sha1",
    secret: "token",
    signature: "signature",
    timestamp: "timestamp",
    nonce: "nonce",
    windowSeconds: 600,
  } as const;
  const receipts = { ...manifest.receipts, authentication };
  expect(await failedChecks({}, { manifest: { ...manifest, receipts } })).toEqual([]);
  const byEndpoint = { ...receipts, authentication: { ...authentication, secret: "endpoint" } };
  expect(await failedChecks({}, { manifest: { ...manifest, receipts: byEndpoint } })).toEqual([
    "pushesAreAuthenticatedBySettings",
  ]);
});

test("notices a plugin that never comes to an end", async () => {
  const settle: PurePlugin["settle"] = ({ responses }) => ({
    results: [],
    requests: responses.map(({ id, refs }) => ({ id, refs, method: "GET", url: "https://api.example.com/" })),
  });
  expect(await failedChecks({ settle })).toContain("settleAnswersEveryMessageOnce");
});

test("notices a plugin that changes its input", async () => {
  const plan: PurePlugin["plan"] = (input) => {
    input.messages.pop();
    return good.plan(input);
  };
  expect(await failedChecks({ plan })).toContain("planIsDeterministic");
});

test("notices a vector that no longer matches, and a manifest that is not valid", async () => {
  const input = { headers: {}, query: {}, body: "", settings: {}, now: 0 };
  const vector = {
    name: "old",
    call: "parseReceipt" as const,
    input,
    output: { events: [], reply: { status: 500, body: "" } },
  };
  expect(await failedChecks({}, { vectors: [vector] })).toEqual(["vectorsMatch"]);
  expect(await failedChecks({}, { manifest: { ...manifest, kind: "Not A Kind" } })).toEqual([
    "manifestIsValid",
  ]);
  const wordless = { ...manifest, suppresses: { gone: { origin: "hard_bounce" as const } } };
  expect(await failedChecks({}, { manifest: wordless })).toEqual(["manifestIsValid"]);
  expect(await failedChecks({}, { manifest: { ...wordless, errors: { gone: text } } })).toEqual([]);
  const counting = { subject: "absent", noneLeft: ["none"] };
  expect(await failedChecks({}, { manifest: { ...manifest, allowances: counting } })).toEqual([
    "manifestIsValid",
  ]);
  expect(await failedChecks({}, { settings: {} })).toContain("settingsAreValid");
});
