import { setTimeout as delay } from "node:timers/promises";
import { NOTICE_VARIABLES, userId } from "../notice.ts";
import { readSettings, tell } from "./parent.ts";

/**
 * Posts messages to one user each at an even rate, whether or not the answers keep up; each carries the moment at
 * which it was to be posted, so that waiting for the generator counts too.
 */
export interface PulseSettings {
  port: number;
  /** One key for each tenant, in turn. */
  apiKeys: string[];
  perSecond: number;
  /** At the beginning, in which messages carry no moment: connections are opened, and both sides become warm. */
  leadInMs: number;
  forMs: number;
}

const { port, apiKeys, perSecond, leadInMs, forMs } = readSettings<PulseSettings>();
const leadIn = Math.floor((perSecond * leadInMs) / 1000);
const count = Math.floor((perSecond * forMs) / 1000);
const startAt = Date.now() + 100;

async function post(index: number): Promise<void> {
  const sentAt = Math.round(startAt + (index * 1000) / perSecond);
  await delay(sentAt - Date.now());
  const response = await fetch(`http://127.0.0.1:${port}/v1/messages`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${apiKeys[index % apiKeys.length]}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      audience: { kind: "users", userIds: [userId((index % 1000) + 1)] },
      channels: ["bench"],
      template: "bench-notice",
      variables: { ...NOTICE_VARIABLES, order: `${index < leadIn ? "W" : "T"}${sentAt}` },
    }),
  });
  const text = await response.text();
  if (response.status !== 202) throw new Error(`a pulse was answered with ${response.status}: ${text}`);
}

await Promise.all(Array.from({ length: leadIn + count }, (_, index) => post(index)));
tell({ posted: count });
process.disconnect();
