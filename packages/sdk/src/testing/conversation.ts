import type {
  FollowUpInput,
  PlanInput,
  PlannedRequest,
  PlannedResponse,
  PureFunctions,
  QueryAnswer,
  RecallResult,
  SendResult,
  SettleInput,
  SettleOutput,
  SyncedTemplates,
  SyncInput,
  Verification,
  VerifyInput,
} from "../plugin/index.ts";

/** The most rounds of requests that one batch may take. */
export const MAX_ROUNDS = 3;

/** What came back for a request, before it is joined with the request's id and refs. */
export type Answer =
  | { status: number; headers: Record<string, string>; body: string }
  | { error: "not_sent" | "blocked" | "ambiguous"; detail: string; code?: string };

/** Joins an answer with what the host hands back of its request. */
export function respond(request: PlannedRequest, answer: Answer): PlannedResponse {
  const { id, refs, context } = request;
  return { id, refs, ...(context !== undefined && { context }), ...answer };
}

/** Yields the requests of a round, takes their responses and returns what came of all rounds. */
export type Conversation<T> = AsyncGenerator<PlannedRequest[], T[], PlannedResponse[]>;

/**
 * One batch as a conversation. It does no I/O, so the same code serves a host that calls a vendor and a check that
 * makes answers up.
 *
 * @throws if the plugin asks for more than {@link MAX_ROUNDS} rounds
 */
export async function* converse(plugin: PureFunctions, batch: PlanInput): Conversation<SendResult> {
  const { requests, results = [] } = await plugin.plan(batch);
  const settled = yield* exchange(plugin, "send", requests, batch);
  return [...results, ...settled.flatMap((one) => one.results)];
}

/** A query as a conversation; see {@link converse}. */
export async function* converseQuery(plugin: PureFunctions, input: FollowUpInput): Conversation<QueryAnswer> {
  const { requests, answers = [] } = (await plugin.query?.(input)) ?? { requests: [] };
  const settled = yield* exchange(plugin, "query", requests, input);
  return [...answers, ...settled.flatMap((one) => one.answers ?? [])];
}

/** A recall as a conversation; see {@link converse}. */
export async function* converseRecall(
  plugin: PureFunctions,
  input: FollowUpInput,
): Conversation<RecallResult> {
  const { requests, recalls = [] } = (await plugin.recall?.(input)) ?? { requests: [] };
  const settled = yield* exchange(plugin, "recall", requests, input);
  return [...recalls, ...settled.flatMap((one) => one.recalls ?? [])];
}

/** A sync as a conversation: what each of its rounds has read; see {@link converse}. */
export async function* converseSync(plugin: PureFunctions, input: SyncInput): Conversation<SyncedTemplates> {
  const { requests } = (await plugin.syncTemplates?.(input)) ?? { requests: [] };
  const settled = yield* exchange(plugin, "sync", requests, input);
  return settled.map(({ sync }) => {
    if (!sync) throw new Error("the plugin said nothing of the templates");
    return sync;
  });
}

async function* exchange(
  plugin: PureFunctions,
  op: SettleInput["op"],
  first: PlannedRequest[],
  { settings, now }: Pick<SettleInput, "settings" | "now">,
): Conversation<SettleOutput> {
  const settled: SettleOutput[] = [];
  let requests = first;
  for (let round = 1; requests.length > 0; round += 1) {
    if (round > MAX_ROUNDS) throw new Error(`the plugin asked for more than ${MAX_ROUNDS} rounds`);
    const responses = yield requests;
    const output = await plugin.settle({ op, responses, settings, now });
    settled.push(output);
    requests = output.requests ?? [];
  }
  return settled;
}

/** Authenticates and sends one request. */
export type SendRequest = (request: PlannedRequest) => Promise<Answer>;

/**
 * Runs one batch against a vendor or its simulator.
 *
 * @example
 * const results = await runBatch(plugin, batch, (request) => signAndFetch(request));
 */
export async function runBatch(
  plugin: PureFunctions,
  batch: PlanInput,
  send: SendRequest,
): Promise<SendResult[]> {
  return run(converse(plugin, batch), send);
}

/** Asks a vendor or its simulator about messages; see {@link runBatch}. */
export async function runQuery(
  plugin: PureFunctions,
  input: FollowUpInput,
  send: SendRequest,
): Promise<QueryAnswer[]> {
  return run(converseQuery(plugin, input), send);
}

/** Takes messages back at a vendor or its simulator; see {@link runBatch}. */
export async function runRecall(
  plugin: PureFunctions,
  input: FollowUpInput,
  send: SendRequest,
): Promise<RecallResult[]> {
  return run(converseRecall(plugin, input), send);
}

/** Lists templates at a vendor or its simulator; see {@link runBatch}. */
export async function runSync(
  plugin: PureFunctions,
  input: SyncInput,
  send: SendRequest,
): Promise<SyncedTemplates[]> {
  return run(converseSync(plugin, input), send);
}

async function run<T>(conversation: Conversation<T>, send: SendRequest): Promise<T[]> {
  let step = await conversation.next();
  while (!step.done) {
    const responses = step.value.map(async (request) => respond(request, await send(request)));
    step = await conversation.next(await Promise.all(responses));
  }
  return step.value;
}

/** Runs the test call behind the console's "test connection". */
export async function runVerify(
  plugin: PureFunctions,
  input: VerifyInput,
  send: SendRequest,
): Promise<Verification | undefined> {
  const { requests, verification } = (await plugin.verify?.(input)) ?? { requests: [] };
  if (verification) return verification;
  const responses = await Promise.all(requests.map(async (request) => respond(request, await send(request))));
  const settled = await plugin.settle({
    op: "verify",
    responses,
    settings: input.settings,
    now: input.now,
  });
  return settled.verification;
}
