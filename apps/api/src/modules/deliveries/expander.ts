import type { schema } from "@tidings/db";
import type { Database, Transact } from "../../platform/database/index.ts";
import type { Loop } from "../../platform/loops.ts";
import { lockContents } from "./duplicates.repository.ts";
import * as expanding from "./expanding.repository.ts";
import { expandListed, expandResends, type ListedRecipient } from "./expansion.repository.ts";
import { expandFileSlice, nextFileSlice } from "./file-slice.repository.ts";
import { perSecondOf } from "./pace.rules.ts";
import { fixRate } from "./pacer.repository.ts";
import type { ReadRestraints, Restraints } from "./restraints.ts";
import { countAudience, type ExpandingMessage, expandSlice, nextSlice } from "./slice.repository.ts";

/** Unsent chunks that a message may have ahead of its senders: pausing and cancelling stay cheap. */
const CHUNKS_AHEAD = 100;
const MESSAGES_A_ROUND = 20;

/**
 * Makes deliveries for messages that were not expanded when they were accepted: large audiences slice by slice,
 * and messages that had to be approved first. One transaction a slice, with the cursor in it: a crash repeats at
 * most the slice that had not committed, and sending starts after the first.
 */
export function createExpander(deps: {
  dispatch: Database;
  transact: Transact;
  nudgeDispatcher(): void;
  afterChunk(tenantId: string, messageId: string): Promise<void>;
  readRestraints: ReadRestraints;
}): Loop {
  async function expandOne(found: expanding.FoundMessage): Promise<boolean> {
    const restraints = await deps.readRestraints(found.tenantId);
    const step = await deps.transact(found, (tx) => expandNext(tx, found, restraints)).catch(waitIfOvertaken);
    if (step === "finished") await deps.afterChunk(found.tenantId, found.messageId);
    return step === "sliced";
  }

  return {
    name: "expander",
    idleMs: 250,
    async run() {
      const messages = await deps.dispatch.transaction((tx) => expanding.listExpanding(tx, MESSAGES_A_ROUND));
      let more = false;
      for (const message of messages) more = (await expandOne(message)) || more;
      if (messages.length > 0) deps.nudgeDispatcher();
      return more;
    },
  };
}

type Step = "sliced" | "finished" | "waiting";

/** The message was cancelled, or sliced by another expander, while a slice was made; the slice is rolled back. */
class Overtaken extends Error {
  override readonly name = "Overtaken";
}

function waitIfOvertaken(error: unknown): Step {
  if (error instanceof Overtaken) return "waiting";
  throw error;
}

async function expandNext(
  tx: Parameters<Parameters<Transact>[1]>[0],
  { tenantId, messageId }: expanding.FoundMessage,
  restraints: Restraints,
): Promise<Step> {
  const message = await expanding.reserveExpanding(tx, tenantId, messageId);
  if (!message) return "waiting";
  const deduplicates = message.options.deduplicateSeconds !== undefined;
  if (message.audience.kind === "users" || message.audience.kind === "addresses") {
    const recipients = listRecipients(messageId, message.audience);
    await settleRate(tx, tenantId, message, messageId, recipients.length);
    if (deduplicates) await lockContents(tx, tenantId, [messageId]);
    await expandListed(tx, tenantId, recipients, { restraints, deduplicates });
    return finishExpanding(tx, tenantId, messageId);
  }
  if (message.audience.kind === "deliveries") {
    await expandResends(tx, tenantId, messageId, { restraints, deduplicates });
    return finishExpanding(tx, tenantId, messageId);
  }
  if ((await expanding.countUnsentChunks(tx, tenantId, messageId)) >= CHUNKS_AHEAD) return "waiting";
  const { audience } = message;
  const slice =
    audience.kind === "file"
      ? await sliceFile(tx, tenantId, messageId, { ...message, audience }, restraints)
      : await sliceUsers(tx, tenantId, messageId, { ...message, audience }, restraints);
  const cursor = { from: message.expandCursor, to: slice.cursor };
  if (!(await expanding.moveCursor(tx, tenantId, messageId, cursor))) throw new Overtaken();
  return slice.isLast ? finishExpanding(tx, tenantId, messageId) : "sliced";
}

/** What a slice has come to: where the next one begins. */
interface Sliced {
  cursor: string;
  isLast: boolean;
}

async function sliceUsers(
  tx: Parameters<Parameters<Transact>[1]>[0],
  tenantId: string,
  messageId: string,
  message: expanding.LockedMessage & ExpandingMessage,
  restraints: Restraints,
): Promise<Sliced> {
  if (message.openRate) {
    await settleRate(tx, tenantId, message, messageId, await countAudience(tx, tenantId, message.audience));
  }
  const slice = await nextSlice(tx, tenantId, message.expandCursor);
  for (const channel of message.channels) {
    await expandSlice(tx, tenantId, message, channel, slice, restraints);
  }
  return { cursor: slice.lastUserId, isLast: slice.isLast };
}

async function sliceFile(
  tx: Parameters<Parameters<Transact>[1]>[0],
  tenantId: string,
  messageId: string,
  message: expanding.LockedMessage & { audience: schema.FileAudience },
  restraints: Restraints,
): Promise<Sliced> {
  const { audience, expandCursor, channels, options } = message;
  await settleRate(tx, tenantId, message, messageId, audience.rowCount);
  const slice = await nextFileSlice(tx, tenantId, audience, expandCursor, channels.length);
  const deduplicates = options.deduplicateSeconds !== undefined;
  await expandFileSlice(tx, tenantId, messageId, audience, { slice, restraints, deduplicates });
  return slice;
}

async function settleRate(
  tx: Parameters<Parameters<Transact>[1]>[0],
  tenantId: string,
  message: Pick<expanding.LockedMessage, "openRate" | "channels">,
  messageId: string,
  userCount: number,
): Promise<void> {
  if (!message.openRate) return;
  const perSecond = perSecondOf(message.openRate, userCount * message.channels.length);
  await fixRate(tx, tenantId, messageId, perSecond);
}

async function finishExpanding(
  tx: Parameters<Parameters<Transact>[1]>[0],
  tenantId: string,
  messageId: string,
): Promise<Step> {
  if (!(await expanding.markExpanded(tx, tenantId, messageId))) throw new Overtaken();
  return "finished";
}

/** The recipients that a message names, each once. */
export function listRecipients(
  messageId: string,
  audience: Extract<schema.Audience, { kind: "users" | "addresses" }>,
): ListedRecipient[] {
  if (audience.kind === "users") {
    return [...new Set(audience.userIds)].map((userId) => ({ messageId, userId }));
  }
  const byAddress = new Map(audience.addresses.map((row) => [row.address, row]));
  return [...byAddress.values()].map((row) => ({ messageId, ...row }));
}
