import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import {
  expandListed,
  expandResends,
  finishMessage,
  listRecipients,
  lockContents,
  type Restraints,
} from "../deliveries/index.ts";
import { takeDailyMessages } from "../tenants/index.ts";
import {
  type FirstMessage,
  findByIdempotencyKeys,
  insertMessages,
  type NewMessage,
} from "./accept.repository.ts";
import { recordAudienceUses } from "./audience-use.repository.ts";
import { decideMessage } from "./decide-message.ts";
import { inWaves, isDeduplicating } from "./sending-options.rules.ts";

/** Asks for approval in the transaction that stores the message; false when none is needed after all. */
export type RequestApproval = (tx: Tx, ctx: RequestContext, message: NewMessage) => Promise<boolean>;

export type Stored = { stored: true } | { stored: false; first: FirstMessage };

/** Stores one message, with what it takes of the quota, and asks for the approval that it needs. */
export async function storeMessage(
  deps: { requestApproval: RequestApproval },
  tx: Tx,
  ctx: RequestContext,
  message: NewMessage,
  restraints: Restraints,
): Promise<Stored> {
  if (message.needsApproval) return storeForApproval(deps.requestApproval, tx, ctx, message);
  return storeApprovedMessage(tx, ctx.tenantId, message, restraints);
}

/** Stores one message that needs no approval, or has it already. */
export async function storeApprovedMessage(
  tx: Tx,
  tenantId: string,
  message: NewMessage,
  restraints: Restraints,
): Promise<Stored> {
  const [stored] = await storeMessages(tx, tenantId, [message], restraints);
  return stored as Stored;
}

/** An audience that names its recipients one by one. */
export const isListed = (
  audience: NewMessage["audience"],
): audience is Parameters<typeof listRecipients>[1] =>
  audience.kind === "users" || audience.kind === "addresses";

/** Deliveries that the message makes when it is stored. */
export function weightOf(message: NewMessage): number {
  if (isResentNow(message)) return message.audience.deliveryCount;
  return Math.max(1, recipientsNow(message).length * message.channelIds.length);
}

/** Whom the message gets deliveries for when it is stored. */
function recipientsNow({ id, state, audience }: NewMessage) {
  return state === "sending" && isListed(audience) ? listRecipients(id, audience) : [];
}

const isResentNow = (
  message: NewMessage,
): message is NewMessage & { audience: { kind: "deliveries"; deliveryCount: number } } =>
  message.state === "sending" && message.audience.kind === "deliveries";

/**
 * All statements leave at once, in this order. The quota comes last: its row is everybody's, so it is locked for the
 * shortest time.
 */
export async function storeMessages(
  tx: Tx,
  tenantId: string,
  messages: NewMessage[],
  restraints: Restraints,
): Promise<Stored[]> {
  const held = messages.some(({ category }) => category !== "critical") ? restraints : uncapped(restraints);
  const ids = messages.map(({ id }) => id);
  const [storedIds, unsendableIds, unresendableIds] = await Promise.all([
    insertMessages(tx, tenantId, messages),
    expandNamed(tx, tenantId, messages, held),
    Promise.all(
      messages
        .filter(isResentNow)
        .map((one) =>
          expandResends(tx, tenantId, one.id, { restraints: held, deduplicates: isDeduplicating(one) }),
        ),
    ),
    recordUses(tx, tenantId, messages),
    takeDailyMessages(tx, { tenantId }, ids),
  ]);
  for (const id of [unsendableIds, unresendableIds].flat(2)) await finishMessage(tx, tenantId, id);
  return toStored(tx, tenantId, messages, storedIds);
}

/**
 * Makes the deliveries of messages that name their recipients. Those that deduplicate and say the same come one after the
 * other, so that the later finds what the earlier has sent. Contents are locked before caps are, here as everywhere: two
 * transactions cannot wait for each other.
 */
function expandNamed(
  tx: Tx,
  tenantId: string,
  messages: NewMessage[],
  restraints: Restraints,
): Promise<string[][]> {
  const deduplicating = messages.filter((one) => isDeduplicating(one) && recipientsNow(one).length > 0);
  const ids = deduplicating.map(({ id }) => id);
  const recipients = messages.filter((one) => !isDeduplicating(one)).flatMap(recipientsNow);
  return Promise.all([
    ...(ids.length > 0 ? [lockContents(tx, tenantId, ids).then(() => [])] : []),
    expandListed(tx, tenantId, recipients, { restraints, deduplicates: false }),
    ...inWaves(deduplicating).map((wave) =>
      expandListed(tx, tenantId, wave.flatMap(recipientsNow), { restraints, deduplicates: true }),
    ),
  ]);
}

const recordUses = (tx: Tx, tenantId: string, messages: readonly NewMessage[]) =>
  recordAudienceUses(
    tx,
    tenantId,
    messages.map(({ id, audience }) => ({ kind: "message", id, audience })),
  );

/** What is critical does not wait for those who count. */
const uncapped = (restraints: Restraints): Restraints => ({ ...restraints, caps: [] });

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
