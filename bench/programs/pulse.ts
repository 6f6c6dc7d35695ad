import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
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
const agent = new Agent({ keepAlive: true });

async function post(index: number): Promise<void> {
  const sentAt = Math.round(startAt + (index * 1000) / perSecond);
  await delay(sentAt - Date.now());
  const answer = await ask(
    apiKeys[index % apiKeys.length] ?? "",
    JSON.stringify({
      audience: { kind: "users", userIds: [userId((index % 1000) + 1)] },
      channels: ["bench"],
      template: "bench-notice",
      variables: { ...NOTICE_VARIABLES, order: `${index < leadIn ? "W" : "T"}${sentAt}` },
    }),
  );
  const said = await text(answer);
  if (answer.statusCode !== 202) throw new Error(`a pulse was answered with ${answer.statusCode}: ${said}`);
}

/** Not by `fetch`: it takes twice as much of the cores, which the server shares. */
function ask(apiKey: string, body: string): Promise<IncomingMessage> {
  const options = {
    agent,
    host: "127.0.0.1",
    port,
    path: "/v1/messages",
    method: "POST",
    headers: {
      authorization: `Bearer ${apiKey}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    },
  };
  return new Promise((resolve, reject) => {
    request(options, resolve).once("error", reject).end(body);
  });
}

await Promise.all(Array.from({ length: leadIn + count }, (_, index) => post(index)));
tell({ posted: count });
agent.destroy();
process.disconnect();
