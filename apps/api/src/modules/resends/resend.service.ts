import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import { canonicalJson, sha256Hex } from "../../platform/crypto/index.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { newId, toBigint } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import {
  type DeliveryFilter,
  findDelivery,
  knownRateOf,
  listResendable,
  type ResendableDelivery,
  saveResends,
} from "../deliveries/index.ts";
import {
  type AcceptedMessage,
  type Admission,
  expiryOf,
  findByIdempotencyKeys,
  getUsableChannels,
  type MessageToRepeat,
  type NewMessage,
  type RequestApproval,
  replay,
  reserveMessage,
  scopeOf,
  storeMessage,
  toAccepted,
  withoutDeduplication,
} from "../messages/index.ts";
import { assertSourceOn } from "../sources/index.ts";
import { countRecipients, findResendable } from "./find-resendable.ts";
import { deliveryNotResendable, nothingToResend } from "./resend.errors.ts";

export interface ResendDeps {
  transact: Transact;
  admission: Admission;
  requestApproval: RequestApproval;
  /** Throws 404 unless the actor may see the message. */
  assertVisible(tx: Tx, ctx: RequestContext, messageId: string): Promise<unknown>;
  isApprovalNeeded(tx: Tx, ctx: RequestContext, sourceId: string | null): Promise<boolean>;
  nudge(): void;
}

type Idempotency = NonNullable<NewMessage["idempotency"]>;

/** What a replay would send, and what it would leave alone. */
export interface ReplayPreview {
  deliveryCount: number;
  recipientCount: number;
  hasMore: boolean;
  skippedCount: number;
}

interface Resend {
  messageId: string;
  /** Row keys of what is to be sent again, as far as it still can be. */
  deliveryIds: string[];
  /** How many besides were found to be left alone. */
  skippedCount: number;
  filter: object;
  force: boolean;
  idempotency: Idempotency | null;
  action: "delivery.resent" | "message.replayed";
  subjectId: string;
}

/**
 * Sends deliveries again: as a new message with the same content, so that what happened stays as it was and the new
 * one goes through quota, approval and everything that can keep a delivery back.
 */
export function createResendService(deps: ResendDeps) {
  const run = async (ctx: RequestContext, prepare: (tx: Tx) => Promise<Resend>) => {
    authorize(ctx, "send", "Message");
    const { accepted } = await deps.admission.admit(ctx.tenantId, () =>
      deps.transact(ctx, async (tx) => resend(deps, tx, ctx, await prepare(tx))),
    );
    deps.nudge();
    return accepted;
  };

  const find = async (
    ctx: RequestContext,
    messageId: string,
    { force, ...filter }: DeliveryFilter & { force: boolean },
  ) => {
    authorize(ctx, "send", "Message");
    await deps.transact(ctx, (tx) => deps.assertVisible(tx, ctx, messageId));
    return findResendable(deps.transact, ctx, { messageId, filter, force });
  };

  return {
    resendDelivery: (
      ctx: RequestContext,
      deliveryId: string,
      { force }: { force: boolean },
      key: string | undefined,
    ): Promise<AcceptedMessage> =>
      run(ctx, async (tx) => {
        const delivery = await findDelivery(tx, ctx.tenantId, deliveryId);
        if (!delivery) throw noSuch("delivery", deliveryId);
        const rowKey = toBigint("dlv", deliveryId);
        return {
          messageId: delivery.messageId,
          deliveryIds: [rowKey],
          skippedCount: 0,
          filter: { key: rowKey },
          force,
          idempotency: idempotencyOf(ctx, key, { deliveryId, force }),
          action: "delivery.resent",
          subjectId: deliveryId,
        };
      }),

    async replayMessage(
      ctx: RequestContext,
      messageId: string,
      { force, ...filter }: DeliveryFilter & { force: boolean },
      key: string | undefined,
    ): Promise<AcceptedMessage> {
      const found = await find(ctx, messageId, { force, ...filter });
      return run(ctx, async () => ({
        messageId,
        deliveryIds: found.deliveries.map(({ id }) => id),
        skippedCount: found.skippedCount,
        filter,
        force,
        idempotency: idempotencyOf(ctx, key, { messageId, filter, force }),
        action: "message.replayed",
        subjectId: messageId,
      }));
    },

    async previewReplay(
      ctx: RequestContext,
      messageId: string,
      asked: DeliveryFilter & { force: boolean },
    ): Promise<ReplayPreview> {
      const { deliveries, hasMore, skippedCount } = await find(ctx, messageId, asked);
      return {
        deliveryCount: deliveries.length,
        recipientCount: countRecipients(deliveries),
        hasMore,
        skippedCount,
      };
    },
  };
}

export type ResendService = ReturnType<typeof createResendService>;

async function resend(
  deps: ResendDeps,
  tx: Tx,
  ctx: RequestContext,
  asked: Resend,
): Promise<{ accepted: AcceptedMessage; deliveryCount: number }> {
  const { messageId, deliveryIds, filter, force, idempotency } = asked;
  await deps.assertVisible(tx, ctx, messageId);
  // One at a time for a message: of two clicks the second finds what the first has sent again.
  const original = await reserveMessage(tx, ctx.tenantId, messageId);
  const [first] = idempotency ? await findByIdempotencyKeys(tx, ctx.tenantId, [idempotency]) : [];
  if (first) return { accepted: replay(first, idempotency?.requestHash), deliveryCount: 0 };
  // What was found before the lock may have been sent again, or have arrived, meanwhile.
  const chosen = await listResendable(tx, ctx.tenantId, messageId, deliveryIds, force);
  if (chosen.length === 0) throw refusalOf(asked);
  const repeated = force ? { ...original, options: withoutDeduplication(original.options) } : original;
  const message = await toMessage(deps, tx, ctx, { original: repeated, messageId, chosen, idempotency });
  const chosenIds = chosen.map(({ id }) => id);
  await saveResends(tx, ctx.tenantId, message.id, chosenIds);
  const stored = await storeMessage(deps, tx, ctx, message);
  await recordAudit(tx, ctx, {
    action: asked.action,
    subjectId: asked.subjectId,
    subjectName: original.title,
    after: { messageId: message.id, deliveryCount: chosen.length, filter, force },
  });
  return { accepted: toAccepted(message, stored), deliveryCount: chosen.length };
}

/** The message that repeats the chosen deliveries: for the same source and at the same pace, counted from now. */
async function toMessage(
  deps: ResendDeps,
  tx: Tx,
  ctx: RequestContext,
  repeat: {
    original: MessageToRepeat;
    messageId: string;
    chosen: ResendableDelivery[];
    idempotency: Idempotency | null;
  },
): Promise<NewMessage> {
  const { original, messageId, chosen, idempotency } = repeat;
  const { sourceId } = original;
  if (sourceId) await assertSourceOn(tx, ctx.tenantId, sourceId);
  const channelIds = [...new Set(chosen.map(({ channelId }) => channelId))];
  await getUsableChannels(tx, ctx.tenantId, sourceId, [channelIds], "channels");
  const needsApproval = await deps.isApprovalNeeded(tx, ctx, sourceId);
  const deliveryCount = chosen.length;
  const createdAt = ctx.now();
  return {
    ...original,
    id: newId("message"),
    authorId: ctx.actor.kind === "member" ? ctx.actor.id : null,
    state: needsApproval ? "pending_approval" : "expanding",
    needsApproval,
    audience: { kind: "deliveries", messageId, deliveryCount, recipientCount: countRecipients(chosen) },
    channelIds,
    policyVersionId: null,
    contentHash: sha256Hex(JSON.stringify([original.contentHash, chosen.map(({ id }) => id)])),
    scheduledAt: null,
    timeZone: null,
    expiresAt: expiryOf(original.ttlSeconds, createdAt),
    ratePerSecond: knownRateOf(original.rate),
    createdAt,
    idempotency,
  };
}

function refusalOf({ action, subjectId, deliveryIds, force, ...asked }: Resend): Error {
  const skippedCount = asked.skippedCount + deliveryIds.length;
  const hint = "Give force to send it all the same; somebody may then get it twice.";
  if (action === "delivery.resent") {
    return deliveryNotResendable(
      `The delivery ${subjectId} is under way, may have arrived, or was sent again already. ${hint}`,
    );
  }
  const detail =
    force || skippedCount === 0 ? "No delivery matches." : `${skippedCount} match, but ${HELD_BACK}`;
  return nothingToResend(skippedCount === 0 ? detail : `${detail} ${hint}`);
}

const HELD_BACK = "all are under way, may have arrived, or were sent again already.";

const idempotencyOf = (ctx: RequestContext, key: string | undefined, request: object): Idempotency | null =>
  key ? { scope: scopeOf(ctx), key, requestHash: sha256Hex(canonicalJson({ resend: request })) } : null;
