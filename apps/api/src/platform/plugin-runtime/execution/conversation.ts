import type { PlannedRequest, PlannedResponse, SettleInput } from "@tidings/sdk/plugin";
import type { Clock } from "../../clock.ts";
import type { PureFunctions } from "../catalogue.ts";
import { PluginFault } from "./plugin-fault.ts";
import { readSettlement, type Settlement } from "./plugin-output.ts";
import type { createRequestSender, Sender } from "./request-sender.ts";

const MAX_ROUNDS = 3;

/** What a conversation begins with. */
export interface Opening {
  op: SettleInput["op"];
  first: PlannedRequest[];
  /** See the batch's own. */
  startBy?: number | undefined;
}

/** Hears what a conversation comes to: requests that may have reached the vendor, and what each round said. */
export interface Listener {
  sent?(refs: string[]): void;
  settled(settlement: Settlement): void;
}

export type Converse = ReturnType<typeof createConversation>;

/** The conversation between a pure plugin and its vendor: requests → settle, at most three rounds. */
export function createConversation({
  sendRequests,
  clock,
}: {
  sendRequests: ReturnType<typeof createRequestSender>;
  clock: Clock;
}) {
  return async (
    sender: Sender,
    plugin: PureFunctions,
    { op, first, startBy }: Opening,
    listener: Listener,
  ): Promise<void> => {
    const { send, atOnce } = sendRequests(sender, startBy);
    const { settings } = sender.channel;
    let requests = first;
    for (let round = 1; requests.length > 0; round += 1) {
      if (round > MAX_ROUNDS) throw new PluginFault(`asked for more than ${MAX_ROUNDS} rounds`);
      const responses = await sendInTurn(requests, atOnce, async (request) => {
        const response = await send(request);
        if (!("error" in response) || response.error === "ambiguous") listener.sent?.(request.refs);
        return response;
      });
      const now = clock.now().getTime();
      const settlement = readSettlement(await plugin.settle({ op, responses, settings, now }));
      listener.settled(settlement);
      requests = settlement.requests;
    }
  };
}

/**
 * Sends requests in order, so many at once, and returns their responses in the same order. The rest is not even asked
 * for: of several batches of a channel each gets its share of the turns, and thousands of promises need not be kept.
 */
async function sendInTurn(
  requests: readonly PlannedRequest[],
  atOnce: number,
  send: (request: PlannedRequest) => Promise<PlannedResponse>,
): Promise<PlannedResponse[]> {
  const responses = new Array<PlannedResponse>(requests.length);
  const rest = requests.entries();
  const runners = Array.from({ length: Math.min(atOnce, requests.length) }, async () => {
    for (const [index, request] of rest) responses[index] = await send(request);
  });
  await Promise.all(runners);
  return responses;
}
