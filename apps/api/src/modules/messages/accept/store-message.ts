import type { RequestContext } from "../../../platform/context.ts";
import type { Transact, TransactAtOnce, Tx } from "../../../platform/database/index.ts";
import { countListed, isListed } from "../../deliveries/index.ts";
import { dailyRefusal } from "../../tenants/index.ts";
import { decideMessage } from "../course/decide-message.ts";
import { type FirstMessage, findByIdempotencyKeys, type NewMessage, storing } from "./accept.repository.ts";
import { recordingUses } from "./audience-use.repository.ts";

/** Asks for approval in the transaction that stores the message; false when none is needed after all. */
export type RequestApproval = (tx: Tx, ctx: RequestContext, message: NewMessage) => Promise<boolean>;

export type Stored = { stored: true } | { stored: false; first: FirstMessage };

const STORED: Stored = { stored: true };

/** Deliveries that the message is known to make when it is stored. */
export function weightOf({ audience, channelIds }: NewMessage): number {
  if (audience.kind === "deliveries") return audience.deliveryCount;
  return isListed(audience) ? countListed(audience) * channelIds.length : 1;
}

/** Stores messages that need no approval, in one transaction of one round trip. */
export async function storeTogether(
  { transact, transactAtOnce }: { transact: Transact; transactAtOnce: TransactAtOnce },
  tenantId: string,
  messages: readonly NewMessage[],
): Promise<Stored[]> {
  const [[stored]] = await transactAtOnce({ tenantId }, (tx) => [
    storing(tx, tenantId, messages),
    ...recordingUses(tx, tenantId, messages.map(asHolder)),
  ]).catch(tellRefusal);
  if (stored.count === messages.length) return messages.map(() => STORED);
  return transact({ tenantId }, (tx) => findFirsts(tx, tenantId, messages));
}

/** Stores one message, with what it takes of the quota, and asks for the approval that it needs. */
export async function storeMessage(
  deps: { requestApproval: RequestApproval },
  tx: Tx,
  ctx: RequestContext,
  message: NewMessage,
): Promise<Stored> {
  const stored = await storeApprovedMessage(tx, ctx.tenantId, message);
  if (stored.stored && message.needsApproval) {
    const asked = await deps.requestApproval(tx, ctx, message);
    if (!asked) {
      await decideMessage(tx, ctx, message.id, { outcome: "approved", at: message.createdAt });
    }
  }
  return stored;
}

/** Stores one message that needs no approval, or has it already. */
export async function storeApprovedMessage(tx: Tx, tenantId: string, message: NewMessage): Promise<Stored> {
  const [stored] = await storing(tx, tenantId, [message]).catch(tellRefusal);
  if (stored.count > 0) {
    await Promise.all(recordingUses(tx, tenantId, [asHolder(message)]));
    return STORED;
  }
  const [first] = await findFirsts(tx, tenantId, [message]);
  return first as Stored;
}

const asHolder = ({ id, audience }: NewMessage) => ({ kind: "message" as const, id, audience });

function tellRefusal(error: unknown): never {
  throw dailyRefusal(error) ?? error;
}

/** What became of messages of which some were not stored; of those, the one that had their key before. */
async function findFirsts(tx: Tx, tenantId: string, messages: readonly NewMessage[]): Promise<Stored[]> {
  const keys = messages.flatMap(({ idempotency }) => idempotency ?? []);
  const firsts = keys.length > 0 ? await findByIdempotencyKeys(tx, tenantId, keys) : [];
  const byKey = new Map(firsts.map((first) => [`${first.scope} ${first.key}`, first]));
  return messages.map(({ id, idempotency }) => {
    // One without a key is left out only when it is there: the answer to its COMMIT was lost, and it was tried again.
    if (!idempotency) return STORED;
    const first = byKey.get(`${idempotency.scope} ${idempotency.key}`);
    if (!first) throw new Error("a message was neither stored nor found under its idempotency key");
    return first.id === id ? STORED : { stored: false, first };
  });
}
