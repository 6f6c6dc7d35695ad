import type { Transact } from "../../platform/database/index.ts";
import type { LoadedPlugin } from "../../platform/plugin-runtime/index.ts";
import { compileRendering, variablesIn } from "../templates/index.ts";
import type { Claim } from "./claim.repository.ts";
import { neededVariables, type SharedContent } from "./content.rules.ts";
import { pauseSeconds, REASONS } from "./delivery.rules.ts";
import { type OpenBatch, type Opened, openRows, type Wish } from "./open-batches.ts";
import { willDropRepeat } from "./outcome.rules.ts";
import { HOLD_MS, LONGEST_WAIT_MS } from "./pace.rules.ts";
import { restrainRows } from "./restrain-rows.ts";
import type { Restraints } from "./restraints.ts";
import type { ChunkEnd, ChunkWork, ReadyRow } from "./send.repository.ts";
import * as sending from "./send.repository.ts";
import { type Batch, type Findings, type SendChunkDeps, sendBatch } from "./send-batch.ts";
import { failChunk } from "./settle.repository.ts";

const EXTEND_EVERY_MS = (sending.SENDING_LEASE_SECONDS * 1000) / 3;

const startOf = (work: ChunkWork): Findings => ({
  pauseSeconds: pauseSeconds(work.roundCount + 1, Math.random()),
  isHeld: false,
  hasProgressed: false,
  isThrottled: false,
  isEnded: false,
});

/** A round that the channel stopped, or that got on until the vendor asked for a pause, costs the chunk nothing. */
const endOf = (found: Findings): ChunkEnd => ({
  roundCursor: null,
  pauseSeconds: found.isHeld ? 0 : found.pauseSeconds,
  isRoundCounted: !found.isHeld && !(found.isThrottled && found.hasProgressed),
});

const UNTOUCHED: ChunkEnd = { roundCursor: null, pauseSeconds: 0, isRoundCounted: false };

/**
 * Sends one chunk: read what is still `ready`, and per batch write the intent, call the plugin, write the outcome.
 * A stale hint finds nothing in `queued` and does nothing, so hints may be doubled or late. A chunk of one batch takes
 * two transactions: one before the vendor is called, and one after.
 */
export function createSendChunk(deps: SendChunkDeps) {
  return async function sendChunk(claim: Claim): Promise<void> {
    const restraints = await deps.readRestraints(claim.tenantId);
    const begun = await deps.transact(claim, (tx) => begin(deps, tx, claim, restraints));
    if ("over" in begun) {
      if (begun.over) await deps.afterChunk(claim.tenantId, begun.over);
      return;
    }
    const { work } = begun;
    const extending = setInterval(() => {
      deps.transact(claim, (tx) => sending.extendLease(tx, work)).catch(() => {});
    }, EXTEND_EVERY_MS);
    try {
      const end = await sendRows(deps, begun);
      if (begun.context.found.isEnded) return deps.afterLastBatch();
      await deps.transact(claim, (tx) => sending.endChunk(tx, work, end));
      await deps.afterChunk(work.tenantId, work.messageId);
    } finally {
      clearInterval(extending);
    }
  };
}

/** A chunk with the first of its batches opened, or with a wait before them. */
interface BegunChunk {
  work: ChunkWork;
  rows: ReadyRow[];
  heldIds: readonly string[];
  batchSize: number;
  context: RoundContext;
  opened: Opened;
}

/** What the batches of a chunk have in common. */
type RoundContext = Pick<Batch, "handle" | "manifest" | "shared" | "round" | "found">;

/** There is nothing to send: the hint was stale, or the chunk has been left again. `over` is a message to look after. */
interface Over {
  over: string | undefined;
}

async function begin(
  deps: SendChunkDeps,
  tx: Parameters<Parameters<Transact>[1]>[0],
  claim: Claim,
  restraints: Restraints,
): Promise<BegunChunk | Over> {
  // One round trip: the second is sent right behind the first.
  const [work, ready] = await Promise.all([sending.beginChunk(tx, claim), sending.readReady(tx, claim)]);
  // A message cancelled while the hint was on its way leaves this chunk to be ended.
  if (!work) return { over: await sending.releaseChunk(tx, claim) };
  const leave = async (end: ChunkEnd): Promise<Over> => {
    await sending.endChunk(tx, work, end);
    return { over: work.messageId };
  };
  if (work.channel?.circuit === "held" || deps.isStopping()) return leave(UNTOUCHED);
  const plugin = work.channel ? deps.catalogue.find(work.channel.pluginId) : undefined;
  const obstacle = obstacleOf(work, plugin);
  if (obstacle || !plugin || !work.channel) {
    await failChunk(tx, work, obstacle ?? REASONS.channelGone);
    await deps.afterBatch(tx, work, work);
    return leave(UNTOUCHED);
  }
  const { rows, heldIds, dueAt, suppressedCount } = await restrainRows(tx, work, ready, restraints);
  if (suppressedCount > 0) await deps.afterBatch(tx, work, work);
  if (rows.length === 0) return leave(dueAt ? { ...brokenOff(work, ready), dueAt } : UNTOUCHED);
  const { batchSize } = plugin.manifest.limits;
  const isProbe = work.channel.circuit === "probe";
  const opened = await openRows(tx, work, { left: rows, heldIds, batchSize, isFirst: true, isProbe });
  if (!opened) return leave(brokenOff(work, rows));
  const context: RoundContext = {
    handle: deps.toHandle(work.tenantId, work.channelId, work.channel),
    manifest: plugin.manifest,
    shared: sharedContent(deps, work, plugin),
    round: {
      count: work.roundCount,
      isProbe,
      dropsRepeats: willDropRepeat(plugin.manifest.idempotency, work.secondsSinceFirstTry),
    },
    found: startOf(work),
  };
  return { work, rows, heldIds, batchSize, context, opened };
}

/** Sends row by row, several batches at a time; breaks off where the message is stopped or the rates say so. */
async function sendRows(deps: SendChunkDeps, begun: BegunChunk): Promise<ChunkEnd> {
  const { work, heldIds, batchSize, context } = begun;
  const holdUntil = performance.now() + HOLD_MS;
  let left = begun.rows;
  let opened: Opened | undefined = begun.opened;
  while (opened) {
    if ("batches" in opened) {
      const isAll = opened.batches.length === 1 && left === begun.rows && opened.count === left.length;
      const isToGoOn = await hasSent(deps, work, { ...context, isAll }, opened.batches);
      left = left.slice(opened.count);
      if (!isToGoOn || left.length === 0) return endOf(context.found);
    } else if (!(await hasWaited(opened.waitMs, holdUntil))) {
      return { ...brokenOff(work, left), pauseSeconds: opened.turnMs / 1000 };
    }
    const isFirst = left === begun.rows;
    opened = await openNext(deps, work, {
      left,
      heldIds,
      batchSize,
      isFirst,
      isProbe: context.round.isProbe,
    });
  }
  return brokenOff(work, left);
}

/** A round that was stopped in the middle costs the chunk nothing, and goes on where it was. */
const brokenOff = (work: ChunkWork, left: ReadyRow[]): ChunkEnd => ({
  roundCursor: cursorBefore(work, left),
  pauseSeconds: 0,
  isRoundCounted: false,
});

const cursorBefore = (work: ChunkWork, [next]: ReadyRow[]): string =>
  (BigInt(next?.[0] ?? work.nextId) - 1n).toString();

/** Opens what may be sent next; undefined when nothing more may, by this process at least. */
async function openNext(deps: SendChunkDeps, work: ChunkWork, wish: Wish): Promise<Opened | undefined> {
  // What is left goes to another process, at once.
  if (!wish.isFirst && deps.isStopping()) return undefined;
  return deps.transact(work, (tx) => openRows(tx, work, wish));
}

/** Waits for a turn that comes soon; false when others should get a look in meanwhile. */
async function hasWaited(waitMs: number, holdUntil: number): Promise<boolean> {
  if (waitMs > LONGEST_WAIT_MS || performance.now() >= holdUntil) return false;
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  return true;
}

/** Sends opened batches; false when no further one should go out. */
async function hasSent(
  deps: SendChunkDeps,
  work: ChunkWork,
  context: RoundContext & Pick<Batch, "isAll">,
  batches: OpenBatch[],
): Promise<boolean> {
  const sent = await Promise.all(batches.map((batch) => sendBatch(deps, work, { ...context, ...batch })));
  return !sent.includes(false);
}

function obstacleOf(work: ChunkWork, plugin: LoadedPlugin | undefined): string | undefined {
  if (!work.channel || !plugin) return REASONS.channelGone;
  return work.channel.state === "off" ? REASONS.channelOff : undefined;
}

function sharedContent(
  { trackedAddress }: SendChunkDeps,
  work: ChunkWork,
  plugin: LoadedPlugin,
): SharedContent {
  const fields = plugin.manifest.content;
  const compiled = compileRendering(work.renderings[plugin.manifest.kind] ?? {}, fields, work.tracking);
  const needed = neededVariables(variablesIn(compiled), work.variableSchema);
  return {
    compiled,
    fields,
    variables: work.variables,
    needed,
    trackedAddress: work.tracking ? trackedAddress : undefined,
  };
}
