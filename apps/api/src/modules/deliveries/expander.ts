import type { schema } from "@tidings/db";
import type { Database, Transact, Tx } from "../../platform/database/index.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Loop } from "../../platform/loops.ts";
import { finishMessages } from "./completion.repository.ts";
import { lockContents } from "./duplicates.repository.ts";
import * as expanding from "./expanding.repository.ts";
import { expandListed, expandResends } from "./expansion.repository.ts";
import { expandFileSlice, nextFileSlice } from "./file-slice.repository.ts";
import { countListed, isListed } from "./listed.rules.ts";
import { perSecondOf } from "./pace.rules.ts";
import { fixRate } from "./pacer.repository.ts";
import type { ReadRestraints, Restraints } from "./restraints.ts";
import {
  countAudience,
  type ExpandingMessage,
  expandSlice,
  FIRST_SLICE_SIZE,
  NO_USER,
  nextSlice,
  SLICE_SIZE,
} from "./slice.repository.ts";

const TENANTS_A_ROUND = 1_000;
const SLICES_A_ROUND = 20;

export interface ExpanderDeps {
  dispatch: Database;
  transact: Transact;
  nudgeDispatcher(): void;
  afterChunk(tenantId: string, messageId: string): Promise<void>;
  readRestraints: ReadRestraints;
  logger: Pick<Logger, "warn">;
}

/**
 * Makes the deliveries of messages. Those that name their recipients are expanded together, as many as have gathered;
 * larger audiences slice by slice, with the cursor in the slice's transaction: a crash repeats at most the slice that
 * had not committed, and sending starts after the first. Every tenant has its turn in a round.
 */
export function createExpander(deps: ExpanderDeps): Loop {
  return {
    name: "expander",
    idleMs: 250,
    async run() {
      const tenants = await deps.dispatch.transaction((tx) =>
        expanding.listExpandingTenants(tx, TENANTS_A_ROUND),
      );
      const failures: unknown[] = [];
      let more = false;
      for (const tenantId of tenants) {
        const progress = await expandTenant(deps, tenantId, failures).catch((failure) => {
          failures.push(failure);
          return false;
        });
        more ||= progress;
        if (progress) deps.nudgeDispatcher();
      }
      if (failures.length === 0) return more;
      // What cannot be expanded must not keep what stands behind it waiting, nor for the pause behind a failed round.
      const failure = new AggregateError(failures, "messages were not expanded");
      if (!more) throw failure;
      deps.logger.warn({ err: failure, loop: "expander" }, failure.message);
      return true;
    },
  };
}

/** One turn of a tenant; true when something was made of it. */
async function expandTenant(deps: ExpanderDeps, tenantId: string, failures: unknown[]): Promise<boolean> {
  const restraints = await deps.readRestraints(tenantId);
  let named: expanding.NamedMessage[] = [];
  let sliced: string[] = [];
  try {
    await deps.transact({ tenantId }, async (tx) => {
      [named, sliced] = await Promise.all([
        expanding.reserveNamed(tx, tenantId),
        expanding.listSliced(tx, tenantId, SLICES_A_ROUND),
      ]);
      await expandNamed(tx, tenantId, named, restraints);
    });
  } catch (failure) {
    failures.push(failure);
    // One of them may be at fault: each by itself, the others get through.
    sliced = [...named.map(({ id }) => id), ...sliced];
    named = [];
  }
  let isMade = named.length > 0;
  for (const messageId of sliced) {
    try {
      const step = await expandOne(deps, { tenantId, messageId }, restraints);
      isMade ||= step !== "waiting";
    } catch (failure) {
      failures.push(failure);
    }
  }
  return isMade;
}

async function expandNamed(
  tx: Tx,
  tenantId: string,
  messages: readonly expanding.NamedMessage[],
  restraints: Restraints,
): Promise<void> {
  // What is critical does not wait for those who count.
  const isFree = ({ isCritical }: expanding.NamedMessage) => isCritical || restraints.caps.length === 0;
  const groups = [
    { ids: idsOf(messages.filter(isFree)), restraints: { ...restraints, caps: [] } },
    { ids: idsOf(messages.filter((message) => !isFree(message))), restraints },
  ].filter(({ ids }) => ids.length > 0);
  if (groups.length === 0) return;
  const [, ...unsendable] = await Promise.all([
    expanding.markExpanded(tx, tenantId, idsOf(messages)),
    ...groups.map(({ ids, restraints }) =>
      expandListed(tx, tenantId, ids, { restraints, deduplicates: false }),
    ),
  ]);
  await finishMessages(tx, tenantId, unsendable.flat());
}

const idsOf = (messages: readonly expanding.NamedMessage[]) => messages.map(({ id }) => id);

async function expandOne(
  deps: ExpanderDeps,
  message: { tenantId: string; messageId: string },
  restraints: Restraints,
): Promise<Step> {
  const step = await deps
    .transact(message, (tx) => expandNext(tx, message, restraints))
    .catch(waitIfOvertaken);
  if (step === "finished") await deps.afterChunk(message.tenantId, message.messageId);
  return step;
}

type Step = "sliced" | "finished" | "waiting";

/**
 * The message was cancelled, got a rate that is to be worked out, or was sliced by another expander while a slice was
 * made; the slice is rolled back.
 */
class Overtaken extends Error {
  override readonly name = "Overtaken";
}

function waitIfOvertaken(error: unknown): Step {
  if (error instanceof Overtaken) return "waiting";
  throw error;
}

async function expandNext(
  tx: Tx,
  { tenantId, messageId }: { tenantId: string; messageId: string },
  restraints: Restraints,
): Promise<Step> {
  const message = await expanding.reserveExpanding(tx, tenantId, messageId);
  if (!message) return "waiting";
  const deduplicates = message.options.deduplicateSeconds !== undefined;
  if (isListed(message.audience)) {
    const count = countListed(message.audience) * message.channels.length;
    await settleRate(tx, tenantId, message, messageId, count);
    if (deduplicates) await lockContents(tx, tenantId, [messageId]);
    await expandListed(tx, tenantId, [messageId], { restraints, deduplicates });
    return finishExpanding(tx, tenantId, messageId);
  }
  if (message.audience.kind === "deliveries") {
    await settleRate(tx, tenantId, message, messageId, message.audience.deliveryCount);
    await expandResends(tx, tenantId, messageId, { restraints, deduplicates });
    return finishExpanding(tx, tenantId, messageId);
  }
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
  tx: Tx,
  tenantId: string,
  messageId: string,
  message: expanding.LockedMessage & ExpandingMessage,
  restraints: Restraints,
): Promise<Sliced> {
  if (message.openRate) {
    const count = await countAudience(tx, tenantId, message.audience);
    await settleRate(tx, tenantId, message, messageId, count * message.channels.length);
  }
  const size = message.expandCursor === NO_USER ? FIRST_SLICE_SIZE : SLICE_SIZE;
  const slice = await nextSlice(tx, tenantId, message.audience, message.expandCursor, size);
  for (const channel of message.channels) {
    await expandSlice(tx, tenantId, message, channel, slice, restraints);
  }
  return { cursor: slice.lastUserId, isLast: slice.isLast };
}

async function sliceFile(
  tx: Tx,
  tenantId: string,
  messageId: string,
  message: expanding.LockedMessage & { audience: schema.FileAudience },
  restraints: Restraints,
): Promise<Sliced> {
  const { audience, expandCursor, channels, options } = message;
  await settleRate(tx, tenantId, message, messageId, audience.rowCount * channels.length);
  const slice = await nextFileSlice(tx, tenantId, audience, expandCursor, channels.length);
  const deduplicates = options.deduplicateSeconds !== undefined;
  await expandFileSlice(tx, tenantId, messageId, audience, { slice, restraints, deduplicates });
  return slice;
}

async function settleRate(
  tx: Tx,
  tenantId: string,
  { openRate }: Pick<expanding.LockedMessage, "openRate">,
  messageId: string,
  deliveryCount: number,
): Promise<void> {
  if (openRate) await fixRate(tx, tenantId, messageId, perSecondOf(openRate, deliveryCount));
}

async function finishExpanding(tx: Tx, tenantId: string, messageId: string): Promise<Step> {
  if ((await expanding.markExpanded(tx, tenantId, [messageId])) === 0) throw new Overtaken();
  return "finished";
}
