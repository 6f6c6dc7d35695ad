import { setTimeout as delay } from "node:timers/promises";
import type { AcceptedMessage } from "../checker/facts.ts";
import { insist } from "./client.ts";
import { channelsOf, type Order } from "./plan.ts";

export interface LoadReport {
  accepted: AcceptedMessage[];
  /** Requests that had to be made again because the server was away. */
  repeats: number;
  /** Answers that no caller expects, in words. */
  surprises: string[];
}

/** Sends everything when its time has come; ends when every message is accepted. `isOver` makes it give up. */
export async function sendLoad(
  publicUrl: string,
  orders: Order[],
  isOver: () => boolean,
): Promise<LoadReport> {
  const report: LoadReport = { accepted: [], repeats: 0, surprises: [] };
  const startedAt = performance.now();
  await Promise.all(
    orders.map(async (order) => {
      await delay(Math.max(0, order.atMs - (performance.now() - startedAt)));
      await sendOrder(publicUrl, order, report, isOver);
    }),
  );
  return report;
}

async function sendOrder(
  publicUrl: string,
  order: Order,
  report: LoadReport,
  isOver: () => boolean,
): Promise<void> {
  const request = { apiKey: order.tenant.apiKey, idempotencyKey: order.mark, body: bodyOf(order) };
  const answer = await insist(`${publicUrl}/v1/messages`, request, isOver);
  if (answer?.status !== 202) {
    report.surprises.push(`${order.mark} was answered ${answer?.status} ${JSON.stringify(answer?.body)}`);
    return;
  }
  report.repeats += answer.tries - 1;
  const messageId = String(answer.body.id);
  const accepted: AcceptedMessage = {
    mark: order.mark,
    messageId,
    otherIds: [],
    recipients: order.recipients,
    channels: channelsOf(order),
    ...(order.route === "fallback" && { fallback: "keyed" as const }),
    isCancelled: false,
  };
  report.accepted.push(accepted);
  // The same key again, as a client does whose connection broke behind the answer.
  const again = await insist(`${publicUrl}/v1/messages`, request, isOver);
  if (again?.status === 202 && again.body.id !== messageId) accepted.otherIds.push(String(again.body.id));
  if (order.cancelAfterMs !== undefined) await cancel(publicUrl, order, accepted, report, isOver);
}

async function cancel(
  publicUrl: string,
  { tenant, cancelAfterMs = 0 }: Order,
  accepted: AcceptedMessage,
  report: LoadReport,
  isOver: () => boolean,
): Promise<void> {
  await delay(cancelAfterMs);
  const url = `${publicUrl}/v1/messages/${accepted.messageId}/cancellation`;
  const answer = await insist(url, { apiKey: tenant.apiKey }, isOver);
  // A repeat of a cancellation whose answer was lost is refused as well; the books say which it was.
  accepted.isCancelled = answer?.status === 204 || answer?.status === 409;
  if (!accepted.isCancelled) report.surprises.push(`a cancellation was answered ${answer?.status}`);
}

function bodyOf({ route, recipients, tag, tenant, mark }: Order): object {
  return {
    audience:
      tag === undefined
        ? { kind: "users", userIds: recipients }
        : { kind: "tags", any: [tag], all: [], not: [] },
    ...(route === "fallback" ? { policy: tenant.policyId } : { channels: channelsOf({ route }) }),
    content: { chaos: { text: mark } },
    priority: recipients.length === 1 ? 1 : 2,
  };
}
