import type {
  PlanInput,
  PlannedRequest,
  PlannedResponse,
  PurePlugin,
  SendResult,
  Verification,
  VerifyInput,
} from "../plugin/index.ts";

/** The most rounds of requests that one batch may take. */
export const MAX_ROUNDS = 3;

/** What came back for a request, before it is joined with the request's id and refs. */
export type Answer =
  | { status: number; headers: Record<string, string>; body: string }
  | { error: "not_sent" | "blocked" | "ambiguous"; detail: string };

/** Joins an answer with what the host hands back of its request. */
export function respond(request: PlannedRequest, answer: Answer): PlannedResponse {
  const { id, refs, context } = request;
  return { id, refs, ...(context !== undefined && { context }), ...answer };
}

/**
 * One batch as a conversation: yields the requests of a round, takes their responses and returns the results.
 * It does no I/O, so the same code serves a host that calls a vendor and a check that makes answers up.
 *
 * @throws if the plugin asks for more than {@link MAX_ROUNDS} rounds
 */
export function* converse(
  plugin: PurePlugin,
  batch: PlanInput,
): Generator<PlannedRequest[], SendResult[], PlannedResponse[]> {
  const plan = plugin.plan(batch);
  const results = [...(plan.results ?? [])];
  let requests = plan.requests;
  for (let round = 1; requests.length > 0; round += 1) {
    if (round > MAX_ROUNDS) throw new Error(`the plugin asked for more than ${MAX_ROUNDS} rounds`);
    const responses = yield requests;
    const settled = plugin.settle({ op: "send", responses, settings: batch.settings, now: batch.now });
    results.push(...settled.results);
    requests = settled.requests ?? [];
  }
  return results;
}

/**
 * Runs one batch against a vendor or its simulator.
 *
 * @param send authenticates and sends one request
 * @example
 * const results = await runBatch(plugin, batch, (request) => signAndFetch(request));
 */
export async function runBatch(
  plugin: PurePlugin,
  batch: PlanInput,
  send: (request: PlannedRequest) => Promise<Answer>,
): Promise<SendResult[]> {
  const conversation = converse(plugin, batch);
  let step = conversation.next();
  while (!step.done) {
    const responses = step.value.map(async (request) => respond(request, await send(request)));
    step = conversation.next(await Promise.all(responses));
  }
  return step.value;
}

/** Runs the test call behind the console's "test connection". */
export async function runVerify(
  plugin: PurePlugin,
  input: VerifyInput,
  send: (request: PlannedRequest) => Promise<Answer>,
): Promise<Verification | undefined> {
  const { requests } = plugin.verify?.(input) ?? { requests: [] };
  const responses = await Promise.all(requests.map(async (request) => respond(request, await send(request))));
  return plugin.settle({ op: "verify", responses, settings: input.settings, now: input.now }).verification;
}
