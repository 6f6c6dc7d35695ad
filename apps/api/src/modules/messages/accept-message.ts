import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { newId } from "../../platform/ids.ts";
import { NaturalBatcher } from "../../platform/natural-batcher.ts";
import type { PluginCatalogue } from "../../platform/plugin-runtime/index.ts";
import { expandListed, finishMessage, listRecipients, perSecondOf } from "../deliveries/index.ts";
import { takeDailyMessages } from "../tenants/index.ts";
import {
  type FirstMessage,
  findByIdempotencyKeys,
  insertMessages,
  type NewMessage,
} from "./accept.repository.ts";
import { checkSend, contentHashOf, requestHashOf, type SendMessage, titleOf } from "./accept.rules.ts";
import type { Admission } from "./admission.ts";
import { decideMessage } from "./decide-message.ts";
import { idempotencyKeyReused } from "./message.errors.ts";
import { expiryOf, judgeSchedule } from "./schedule.rules.ts";
import { assertOneOfEach, type SendPlan, type SendPlanner } from "./send-plan.ts";

export interface AcceptedMessage {
  id: string;
  outcome: "accepted" | "scheduled" | "awaiting_approval";
  createdAt: Date;
  /** An earlier request with the same idempotency key had made it. */
  replayed: boolean;
}

export interface AcceptDeps {
  transact: Transact;
  planSend: SendPlanner;
  admission: Admission;
  catalogue: PluginCatalogue;
  /** Asks for approval in the transaction that stores the message; false when none is needed after all. */
  requestApproval(tx: Tx, ctx: RequestContext, message: NewMessage): Promise<boolean>;
  /** Something may be due: the dispatcher need not wait for its next round. */
  nudge(): void;
}

/** Deliveries of one flush at most; their ids come out of one block of 65,536. */
const MAX_FLUSH_WEIGHT = 20_000;

type Stored = { stored: true } | { stored: false; first: FirstMessage };

/**
 * Accepts a message: checked, and durable when this returns. Requests of a tenant that arrive together are stored
 * by one transaction; small audiences get their deliveries in it, large ones are left to the expander.
 */
export function createAcceptMessage(deps: AcceptDeps) {
  const writers = new Map<string, NaturalBatcher<NewMessage, Stored>>();

  function writerOf(tenantId: string): NaturalBatcher<NewMessage, Stored> {
    const known = writers.get(tenantId);
    if (known) return known;
    const writer = new NaturalBatcher<NewMessage, Stored>({
      flush: (messages) => deps.transact({ tenantId }, (tx) => storeMessages(tx, tenantId, messages)),
      weightOf: weightOf,
      maxWeight: MAX_FLUSH_WEIGHT,
    });
    writers.set(tenantId, writer);
    return writer;
  }

  return async function acceptMessage(
    ctx: RequestContext,
    input: SendMessage,
    idempotencyKey: string | undefined,
  ): Promise<AcceptedMessage> {
    authorize(ctx, "send", "Message");
    assertOneOfEach(input);
    const { accepted } = await deps.admission.admit(ctx.tenantId, () => store(ctx, input, idempotencyKey));
    deps.nudge();
    return accepted;
  };

  async function store(ctx: RequestContext, input: SendMessage, idempotencyKey: string | undefined) {
    const plan = await deps.planSend(ctx, {
      channels: input.channels,
      policy: input.policy,
      template: input.template,
    });
    checkSend(deps.catalogue, plan, input);
    const message = toNewMessage(ctx, plan, input, idempotencyKey);
    const stored = message.needsApproval
      ? await deps.transact(ctx, (tx) => storeForApproval(deps, tx, ctx, message))
      : await writerOf(ctx.tenantId).add(message);
    return stored.stored
      ? { accepted: fresh(message), deliveryCount: weightOf(message) }
      : { accepted: replay(stored.first, message), deliveryCount: 0 };
  }
}

export type AcceptMessage = ReturnType<typeof createAcceptMessage>;

function toNewMessage(
  ctx: RequestContext,
  plan: SendPlan,
  input: SendMessage,
  idempotencyKey: string | undefined,
): NewMessage {
  const { actor } = ctx;
  const scope = actor.kind === "system" ? "system" : actor.id;
  const requestHash = requestHashOf(input);
  const createdAt = ctx.now();
  const scheduledAt = input.schedule ? judgeSchedule(input.schedule, createdAt) : null;
  const ttlSeconds = input.ttlSeconds ?? null;
  return {
    id: newId("message"),
    sourceId: actor.kind === "source" ? actor.id : null,
    authorId: actor.kind === "member" ? actor.id : null,
    state: firstStateOf(plan, input, scheduledAt),
    needsApproval: plan.needsApproval,
    title: titleOf(plan, input),
    priority: input.priority,
    audience: input.audience,
    templateVersionId: plan.template?.versionId ?? null,
    renderings: input.content ?? null,
    variables: input.variables,
    channelIds: plan.channels.map((channel) => channel.id),
    policyVersionId: plan.policyVersionId,
    contentHash: contentHashOf(plan, input),
    scheduledAt,
    timeZone: scheduledAt && (input.schedule?.timeZone ?? null),
    ttlSeconds,
    expiresAt: expiryOf(ttlSeconds, scheduledAt ?? createdAt),
    rate: input.rate ?? null,
    ratePerSecond: firstRateOf(plan, input),
    createdAt,
    idempotency: idempotencyKey ? { scope, key: idempotencyKey, requestHash } : null,
  };
}

/** Of an audience that is still to be resolved, only a rate by the second is known already. */
function firstRateOf(plan: SendPlan, { rate, audience }: SendMessage): number | null {
  if (!rate) return null;
  if (!isListed(audience)) return "perSecond" in rate ? rate.perSecond : null;
  return perSecondOf(rate, listRecipients("", audience).length * plan.channels.length);
}

/** The audience is resolved when the message begins; one that is named and begins now is resolved at once. */
function firstStateOf(
  plan: SendPlan,
  { audience }: SendMessage,
  scheduledAt: Date | null,
): NewMessage["state"] {
  if (plan.needsApproval) return "pending_approval";
  if (scheduledAt) return "scheduled";
  return isListed(audience) ? "sending" : "expanding";
}

const isListed = (audience: NewMessage["audience"]): audience is Parameters<typeof listRecipients>[1] =>
  audience.kind === "users" || audience.kind === "addresses";

/** Deliveries that the message makes when it is stored. */
function weightOf(message: NewMessage): number {
  return Math.max(1, recipientsNow(message).length * message.channelIds.length);
}

/** Whom the message gets deliveries for when it is stored. */
function recipientsNow({ id, state, audience }: NewMessage) {
  return state === "sending" && isListed(audience) ? listRecipients(id, audience) : [];
}

/**
 * All statements leave at once, in this order. The quota comes last: its row is everybody's, so it is locked for the
 * shortest time.
 */
async function storeMessages(tx: Tx, tenantId: string, messages: NewMessage[]): Promise<Stored[]> {
  const ids = messages.map(({ id }) => id);
  const recipients = messages.flatMap(recipientsNow);
  const [storedIds, unsendableIds] = await Promise.all([
    insertMessages(tx, tenantId, messages),
    expandListed(tx, tenantId, recipients),
    takeDailyMessages(tx, { tenantId }, ids),
  ]);
  for (const id of unsendableIds) await finishMessage(tx, tenantId, id);
  return toStored(tx, tenantId, messages, storedIds);
}

async function storeForApproval(
  deps: AcceptDeps,
  tx: Tx,
  ctx: RequestContext,
  message: NewMessage,
): Promise<Stored> {
  const storedIds = await insertMessages(tx, ctx.tenantId, [message]);
  if (storedIds.size > 0) {
    const asked = await deps.requestApproval(tx, ctx, message);
    if (!asked) {
      await decideMessage(tx, ctx.tenantId, message.id, { outcome: "approved", at: message.createdAt });
    }
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

const fresh = (message: NewMessage): AcceptedMessage => ({
  id: message.id,
  outcome: outcomeOf(message),
  createdAt: message.createdAt,
  replayed: false,
});

/** Answers a repeat with the first result; the same key with another body is a mistake of the caller. */
function replay(first: FirstMessage, message: NewMessage): AcceptedMessage {
  if (!message.idempotency || !Buffer.from(first.requestHash).equals(message.idempotency.requestHash)) {
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
