import type { schema } from "@tidings/db";
import { commitWithoutWaiting, type Tx } from "../../../platform/database/index.ts";
import { lockContents } from "../judge/duplicates.repository.ts";
import type { Restraints } from "../judge/restraints.ts";
import { perSecondOf } from "../send/pace.rules.ts";
import { countUnsent, fixRate } from "../send/pacer.repository.ts";
import * as expanding from "./expanding.repository.ts";
import { expandListed, expandResends } from "./expansion.repository.ts";
import { expandFileSlice, mostLinesOf, nextFileSlice } from "./file-slice.repository.ts";
import { isListed } from "./listed.rules.ts";
import {
  countAudience,
  type ExpandingMessage,
  expandSlice,
  FIRST_SLICE_SIZE,
  isOfUsers,
  NO_USER,
  nextSlice,
} from "./slice.repository.ts";
import { SLICE_SIZE, sliceSizeOf } from "./slice-size.rules.ts";

/** What became of a message's turn. */
export type Step = "sliced" | "finished" | "waiting";

/**
 * The message was cancelled, if only for some users, got a rate that is to be worked out, or was sliced by another
 * expander while a slice was made; the slice is rolled back.
 */
class Overtaken extends Error {
  override readonly name = "Overtaken";
}

export function waitIfOvertaken(error: unknown): Step {
  if (error instanceof Overtaken) return "waiting";
  throw error;
}

/** Hears where the slice behind begins, if that can be made at the same time. */
export type Announce = (cursor: string) => void;

/** What slices are made with. */
export interface Slicing {
  restraints: Restraints;
  /** How often slices of the message have turned out to be too large. */
  halvings: number;
  announce: Announce;
}

/** Makes the deliveries of a message, or of its next slice. Throws `Overtaken` when somebody was faster. */
export async function expandNext(
  tx: Tx,
  { tenantId, messageId }: { tenantId: string; messageId: string },
  slicing: Slicing,
): Promise<Step> {
  const message = await expanding.reserveExpanding(tx, tenantId, messageId);
  if (!message) return "waiting";
  const restraints = restraintsOf(message, slicing);
  const halvings = Math.max(slicing.halvings, message.failureCount);
  const deduplicates = message.options.deduplicateSeconds !== undefined;
  if (isListed(message.audience)) {
    if (deduplicates) await lockContents(tx, tenantId, [messageId]);
    await expandListed(tx, tenantId, [messageId], { restraints, deduplicates });
    return finishAtOnce(tx, tenantId, messageId, message);
  }
  if (message.audience.kind === "deliveries") {
    await expandResends(tx, tenantId, messageId, { restraints, deduplicates });
    return finishAtOnce(tx, tenantId, messageId, message);
  }
  // Under caps or deduplication the slice behind would only wait for this one, and a slow machine has enough with one.
  const isAlone = restraints.caps.length > 0 || deduplicates || halvings > 0;
  const own = { restraints, halvings, announce: isAlone ? () => undefined : slicing.announce };
  const slice = await makeSlice(tx, tenantId, messageId, message, own);
  return proceed(tx, tenantId, messageId, message, slice);
}

/** What is critical is held to no cap, and waits for none who count. */
const restraintsOf = (
  { category, cancelledUserCount }: Pick<ExpandingMessage, "category" | "cancelledUserCount">,
  { restraints }: Pick<Slicing, "restraints">,
): Restraints => ({
  ...restraints,
  ...(category === "critical" && { caps: [] }),
  areUsersCancelled: cancelledUserCount > 0,
});

/** A slice that is being made. */
export interface Before {
  /** Where it ends. */
  cursor: string;
  /** What becomes of it, once it has committed. */
  step: Promise<Step>;
}

/**
 * Makes the slice behind one that is being made, at the same time, in a transaction of its own. It is kept only if the one
 * before is: the cursor goes over both in their order.
 */
export async function expandBehind(
  tx: Tx,
  { tenantId, messageId }: { tenantId: string; messageId: string },
  slicing: Slicing,
  before: Before,
): Promise<Step> {
  const { cursor } = before;
  const message = await expanding.reserveExpanding(tx, tenantId, messageId, cursor);
  if (!message) return "waiting";
  // Its rate is settled by the slice before.
  const behind = { ...message, expandCursor: cursor, openRate: null };
  const restraints = restraintsOf(message, slicing);
  const slice = await makeSlice(tx, tenantId, messageId, behind, { ...slicing, restraints });
  if ((await before.step) !== "sliced") throw new Overtaken();
  return proceed(tx, tenantId, messageId, behind, slice);
}

async function makeSlice(
  tx: Tx,
  tenantId: string,
  messageId: string,
  message: expanding.LockedMessage,
  making: Slicing,
): Promise<Made> {
  const { audience } = message;
  if (audience.kind === "file") {
    return sliceFile(tx, tenantId, messageId, { ...message, audience }, making);
  }
  if (!isOfUsers(audience)) throw new Error(`an audience of ${audience.kind} has no slices`);
  return sliceUsers(tx, tenantId, messageId, { ...message, audience }, making);
}

async function proceed(
  tx: Tx,
  tenantId: string,
  messageId: string,
  message: expanding.LockedMessage,
  { cursor: to, isLast, leftOutCount }: Made,
): Promise<Step> {
  const { expandCursor: from, cancelledUserCount } = message;
  const cursor = { from, to, leftOutCount, cancelledUserCount };
  // A slice that a crash takes with it is made again; before anything of it is sent, an intent lasts, and so the slice.
  const [isMoved] = await Promise.all([
    expanding.moveCursor(tx, tenantId, messageId, cursor),
    commitWithoutWaiting(tx),
  ]);
  if (!isMoved) throw new Overtaken();
  return isLast ? finishExpanding(tx, tenantId, messageId, message) : "sliced";
}

/** What a slice has come to. */
interface Made {
  /** Where the next one begins. */
  cursor: string;
  isLast: boolean;
  /** Of how many of its deliveries nothing can be sent; counted where the message is spread over time. */
  leftOutCount: number;
}

async function sliceUsers(
  tx: Tx,
  tenantId: string,
  messageId: string,
  message: expanding.LockedMessage & ExpandingMessage,
  making: Slicing,
): Promise<Made> {
  if (message.openRate) {
    const count = await countAudience(tx, tenantId, message.audience);
    await settleRate(tx, tenantId, message, messageId, count * message.channels.length);
  }
  const { restraints, announce } = making;
  const size = sizeOf(message, making, message.expandCursor === NO_USER ? FIRST_SLICE_SIZE : SLICE_SIZE);
  const slice = await nextSlice(tx, tenantId, message.audience, message.expandCursor, size);
  if (!slice.isLast) announce(slice.lastUserId);
  let leftOutCount = 0;
  for (const channel of message.channels) {
    const targeted = await expandSlice(tx, tenantId, message, channel, slice, restraints);
    if (message.isSpread && targeted > 0)
      leftOutCount += await expanding.countLeftOut(tx, tenantId, messageId);
  }
  return { cursor: slice.lastUserId, isLast: slice.isLast, leftOutCount };
}

async function sliceFile(
  tx: Tx,
  tenantId: string,
  messageId: string,
  message: expanding.LockedMessage & { audience: schema.FileAudience },
  making: Slicing,
): Promise<Made> {
  const { audience, expandCursor, channels, options } = message;
  await settleRate(tx, tenantId, message, messageId, audience.rowCount * channels.length);
  const { restraints, announce } = making;
  const size = sizeOf(message, making, mostLinesOf(channels.length));
  const slice = await nextFileSlice(tx, tenantId, audience, expandCursor, size);
  if (!slice.isLast) announce(slice.cursor);
  const deduplicates = options.deduplicateSeconds !== undefined;
  await expandFileSlice(tx, tenantId, message, { slice, restraints, deduplicates });
  const leftOutCount = message.isSpread ? await expanding.countLeftOut(tx, tenantId, messageId) : 0;
  return { ...slice, leftOutCount };
}

const sizeOf = ({ channels }: ExpandingMessage | expanding.LockedMessage, slicing: Slicing, most: number) =>
  sliceSizeOf({
    most,
    channelCount: channels.length,
    isCapped: slicing.restraints.caps.length > 0,
    halvings: slicing.halvings,
  });

async function settleRate(
  tx: Tx,
  tenantId: string,
  { openRate }: Pick<expanding.LockedMessage, "openRate">,
  messageId: string,
  deliveryCount: number,
): Promise<void> {
  if (openRate) await fixRate(tx, tenantId, messageId, perSecondOf(openRate, deliveryCount));
}

/** Ends what is expanded in one go: all that there is to be sent is known. */
async function finishAtOnce(
  tx: Tx,
  tenantId: string,
  messageId: string,
  message: expanding.LockedMessage,
): Promise<Step> {
  if (message.openRate)
    await settleRate(tx, tenantId, message, messageId, await countUnsent(tx, tenantId, messageId));
  return finishExpanding(tx, tenantId, messageId, message);
}

async function finishExpanding(
  tx: Tx,
  tenantId: string,
  messageId: string,
  { cancelledUserCount }: expanding.LockedMessage,
): Promise<Step> {
  const expanded = await expanding.markExpanded(tx, tenantId, [messageId], cancelledUserCount);
  if (expanded === 0) throw new Overtaken();
  return "finished";
}
