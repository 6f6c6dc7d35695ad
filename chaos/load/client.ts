import { setTimeout as delay } from "node:timers/promises";

const PATIENCE_MS = 10_000;
const RETRY_MS = 300;

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  /** How often it was asked; more than once when the server was away. */
  tries: number;
}

/** A careful caller: asks again, with the same Idempotency-Key, until an answer comes that is not a 5xx or 429. */
export async function insist(
  url: string,
  request: { apiKey: string; idempotencyKey?: string; body?: object },
  isOver: () => boolean,
): Promise<Answer | undefined> {
  for (let tries = 1; !isOver(); tries++) {
    const answer = await ask(url, request).catch(() => undefined);
    if (answer && answer.status < 500 && answer.status !== 429) return { ...answer, tries };
    await delay(RETRY_MS);
  }
  return undefined;
}

async function ask(
  url: string,
  { apiKey, idempotencyKey, body }: Parameters<typeof insist>[1],
): Promise<Omit<Answer, "tries">> {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(idempotencyKey && { "idempotency-key": idempotencyKey }),
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : {} };
}
