import { idempotencyKeyReused } from "../message.errors.ts";
import type { FirstMessage, NewMessage } from "./accept.repository.ts";
import type { Stored } from "./store-message.ts";

export interface AcceptedMessage {
  id: string;
  outcome: "accepted" | "scheduled" | "awaiting_approval";
  createdAt: Date;
  /** An earlier request with the same idempotency key had made it. */
  replayed: boolean;
}

/** The answer to a request whose message was stored, or had been by an earlier one. */
export const toAccepted = (message: NewMessage, stored: Stored): AcceptedMessage =>
  stored.stored ? fresh(message) : replay(stored.first, message.idempotency?.requestHash);

const fresh = (message: NewMessage): AcceptedMessage => ({
  id: message.id,
  outcome: outcomeOf(message),
  createdAt: message.createdAt,
  replayed: false,
});

/** Answers a repeat with the first result; the same key with another body is a mistake of the caller. */
export function replay(first: FirstMessage, requestHash: string | undefined): AcceptedMessage {
  if (first.requestHash !== requestHash) {
    throw idempotencyKeyReused(`The Idempotency-Key "${first.key}" was used before with another body.`);
  }
  return {
    id: first.id,
    outcome: outcomeOf(first),
    createdAt: first.createdAt,
    replayed: true,
  };
}

function outcomeOf(message: Pick<FirstMessage, "needsApproval" | "scheduledAt">): AcceptedMessage["outcome"] {
  if (message.needsApproval) return "awaiting_approval";
  return message.scheduledAt ? "scheduled" : "accepted";
}
