import type { PlannedResponse, RecallResult, SendResult } from "../contract.ts";
import { clip } from "./text.ts";

/** What became of a call, for each of its messages alike. */
export type Outcome = Omit<SendResult, "ref">;

/** A call that got no answer. */
export type Unanswered = Extract<PlannedResponse, { error: string }>;

const STATUSES = { not_sent: "transient", blocked: "config", ambiguous: "unknown" } as const;

/**
 * What became of a call that got no answer: what was not sent may be tried again, what is blocked is the tenant's to mend,
 * and what may have been sent is never repeated blindly. The code is the vendor's where it gave no access token.
 */
export function readUnanswered({ error, code = error, detail }: Unanswered): Outcome {
  return { status: STATUSES[error], code: clip(code, 64), detail: clip(detail, 500) };
}

/**
 * What a status says by itself, without an answer that can be read: it comes from something in between, such as a proxy or
 * a wrong endpoint. A server error leaves open whether the call was carried out.
 *
 * @param throttleMs how long to wait after a 429
 */
export function readBareStatus(status: number, throttleMs: number): Outcome {
  const code = `http_${status}`;
  if (status >= 500) return { status: "unknown", code };
  if (status === 429) return { status: "throttled", code, retryAfterMs: throttleMs };
  if (status < 300) return { status: "unknown", code: "unreadable_answer" };
  if ([401, 403, 404].includes(status) || status < 400) return { status: "config", code };
  return { status: "transient", code };
}

/** The reason of an outcome, for what says it in other words: a verification, a recall. */
export function reasonOf({ code, detail }: Outcome): Pick<Outcome, "code" | "detail"> {
  return { ...(code && { code }), ...(detail && { detail }) };
}

/**
 * What became of a call that takes messages back. Only the vendor's own word on a message is final; a wrong secret or a
 * pause is not about it.
 */
export function toRecall(outcome: Outcome): Omit<RecallResult, "ref"> {
  if (outcome.status === "accepted") return { status: "recalled" };
  return { status: outcome.status === "rejected" ? "failed" : "unanswered", ...reasonOf(outcome) };
}
