import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import { countListed, isListed } from "../deliveries/index.ts";
import { takeDailyMessages } from "../tenants/index.ts";
import {
  type FirstMessage,
  findByIdempotencyKeys,
  insertMessages,
  type NewMessage,
} from "./accept.repository.ts";
import { recordAudienceUses } from "./audience-use.repository.ts";
import { decideMessage } from "./decide-message.ts";

/** Asks for approval in the transaction that stores the message; false when none is needed after all. */
export type RequestApproval = (tx: Tx, ctx: RequestContext, message: NewMessage) => Promise<boolean>;

export type Stored = { stored: true } | { stored: false; first: FirstMessage };

/** Stores one message, with what it takes of the quota, and asks for the approval that it needs. */
export async function storeMessage(
  deps: { requestApproval: RequestApproval },
  tx: Tx,
  ctx: RequestContext,
  message: NewMessage,
): Promise<Stored> {
  if (message.needsApproval) return storeForApproval(deps.requestApproval, tx, ctx, message);
  return storeApprovedMessage(tx, ctx.tenantId, message);
}

/** Stores one message that needs no approval, or has it already. */
export async function storeApprovedMessage(tx: Tx, tenantId: string, message: NewMessage): Promise<Stored> {
  const [stored] = await storeMessages(tx, tenantId, [message]);
  return stored as Stored;
}

/** Deliveries that the message is known to make when it is stored. */
export function weightOf({ audience, channelIds }: NewMessage): number {
  if (audience.kind === "deliveries") return audience.deliveryCount;
  return isListed(audience) ? countListed(audience) * channelIds.length : 1;
}

/**
 * Stores messages; the expander makes their deliveries. All statements leave at once, in this order. The quota comes
 * last: its row is everybody's, so it is locked for the shortest time.
 */
export async function storeMessages(tx: Tx, tenantId: string, messages: NewMessage[]): Promise<Stored[]> {
  const ids = messages.map(({ id }) => id);
  const [storedIds] = await Promise.all([
    insertMessages(tx, tenantId, messages),
    recordUses(tx, tenantId, messages),
    takeDailyMessages(tx, { tenantId }, ids),
  ]);
  return toStored(tx, tenantId, messages, storedIds);
}

const recordUses = (tx: Tx, tenantId: string, messages: readonly NewMessage[]) =>
  recordAudienceUses(
    tx,
    tenantId,
    messages.map(({ id, audience }) => ({ kind: "message", id, audience })),
  );

/** Stores one message that waits for approval; nothing of it is made before. */
export async function storeForApproval(
  requestApproval: RequestApproval,
  tx: Tx,
  ctx: RequestContext,
  message: NewMessage,
): Promise<Stored> {
  const storedIds = await insertMessages(tx, ctx.tenantId, [message]);
  if (storedIds.size > 0) {
    const asked = await requestApproval(tx, ctx, message);
    if (!asked) {
      await decideMessage(tx, ctx.tenantId, message.id, { outcome: "approved", at: message.createdAt });
    }
    await recordUses(tx, ctx.tenantId, [message]);
    await takeDailyMessages(tx, ctx, [message.id]);
  }
  const [stored] = await toStored(tx, ctx.tenantId, [message], storedIds);
  return stored as Stored;
}

async function toStored(
  tx: Tx,
  tenantId: string,
  messages: NewMessage[],
  storedIds: Set<string>,
): Promise<Stored[]> {
  const repeated = messages.flatMap(({ id, idempotency }) =>
    storedIds.has(id) || !idempotency ? [] : [idempotency],
  );
  const firsts = repeated.length > 0 ? await findByIdempotencyKeys(tx, tenantId, repeated) : [];
  const byKey = new Map(firsts.map((first) => [`${first.scope} ${first.key}`, first]));
  return messages.map(({ id, idempotency }) => {
    if (storedIds.has(id)) return { stored: true };
    const first = byKey.get(`${idempotency?.scope} ${idempotency?.key}`);
    if (!first) throw new Error("a message was neither stored nor found under its idempotency key");
    return { stored: false, first };
  });
}
