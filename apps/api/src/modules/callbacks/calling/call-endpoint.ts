import type { schema } from "@tidings/db";
import { type Answer, type GuardedClient, signWebhook } from "../../../platform/plugin-runtime/index.ts";
import { CALL_TIMEOUT_MS, judgeAnswer, type Verdict } from "../callback.rules.ts";
import type { CallbackVault } from "../callback-vault.ts";
import type { ToldEvent } from "../event.repository.ts";

export interface CallEndpointDeps {
  client: Pick<GuardedClient, "post">;
  vault: CallbackVault;
  now(): Date;
}

export interface Call {
  tenantId: string;
  endpointId: string;
  url: string;
  /** The callback's: it stays the same at each try. */
  id: string;
  body: string;
}

export interface CallOutcome {
  attempt: schema.CallbackAttempt;
  verdict: Verdict;
}

/** What an endpoint is called with; the same text whenever it is written. */
export const writeBody = (type: "deliveries" | "test", createdAt: Date, events: ToldEvent[]): string =>
  JSON.stringify({ type, timestamp: createdAt.toISOString(), data: { events } });

/** Makes one signed call, outside any transaction. */
export function createCallEndpoint(deps: CallEndpointDeps) {
  return async function callEndpoint({ tenantId, endpointId, url, id, body }: Call): Promise<CallOutcome> {
    const secrets = await deps.vault.readSecrets({ tenantId, endpointId });
    const at = deps.now();
    const started = performance.now();
    const answer: Answer = await deps.client.post({
      url,
      headers: {
        "content-type": "application/json",
        "user-agent": "Tidings-Callbacks/1",
        ...signWebhook(secrets, { id, body, now: at }),
      },
      body,
      timeoutMs: CALL_TIMEOUT_MS,
    });
    const verdict = judgeAnswer(answer);
    return {
      attempt: {
        at: at.toISOString(),
        durationMs: Math.round(performance.now() - started),
        status: verdict.status,
        error: verdict.error,
      },
      verdict,
    };
  };
}

export type CallEndpoint = ReturnType<typeof createCallEndpoint>;
