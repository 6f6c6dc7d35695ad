import type { Tx } from "../../../platform/database/index.ts";
import type { LoadedPlugin, Obstacle } from "../../../platform/plugin-runtime/index.ts";
import { compileRendering, variablesIn } from "../../templates/index.ts";
import { pauseSeconds, REASONS } from "../delivery.rules.ts";
import type { Claim } from "../dispatch/claim.repository.ts";
import { byChannel } from "../dispatch/claims.rules.ts";
import type { Restraints } from "../judge/restraints.ts";
import { carriesUnsubscribe, neededVariables, type SharedContent } from "./content.rules.ts";
import { type Findings, type Opened, openRows, type SendingChunk } from "./open-batches.ts";
import { willDropRepeat } from "./outcome.rules.ts";
import { HOLD_MS, LONGEST_WAIT_MS } from "./pace.rules.ts";
import { restrainRows } from "./restrain-rows.ts";
import type { ChunkEnd, ChunkWork, LeftChunk, ReadyRow } from "./send.repository.ts";
import * as sending from "./send.repository.ts";
import { type SendChunksDeps, type SendingChannel, sendBatch } from "./send-batch.ts";
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
const endOf = ({ found, isLimited }: SendingChunk): ChunkEnd => ({
  roundCursor: null,
  isLimited,
  pauseSeconds: found.isHeld ? 0 : found.pauseSeconds,
  isRoundCounted: !found.isHeld && !(found.isThrottled && found.hasProgressed),
});

const UNTOUCHED: ChunkEnd = { roundCursor: null, pauseSeconds: 0, isRoundCounted: false };

/** A round that was stopped in the middle costs the chunk nothing, and goes on where it was. */
const brokenOff = (work: ChunkWork, left: readonly ReadyRow[]): ChunkEnd => ({
  roundCursor: cursorBefore(work, left),
  pauseSeconds: 0,
  isRoundCounted: false,
});

const cursorBefore = (work: ChunkWork, [next]: readonly ReadyRow[]): string =>
  (BigInt(next?.[0] ?? work.nextId) - 1n).toString();

/**
 * Sends chunks, those of a channel together: reads what is still `ready`, and per batch writes the intent, calls the plugin, writes the
 * outcome. Small chunks share batches and transactions. A stale hint finds nothing in `queued` and does nothing, so hints
 * may be doubled or late. Chunks that fit into a batch take two transactions: one before the vendor is called, and one
 * after.
 */
export function createSendChunks(deps: SendChunksDeps) {
  return async function sendChunks(claims: readonly Claim[]): Promise<void> {
    await allOf(byChannel(claims).map((some) => sendThrough(deps, some)));
  };
}

/** Sends chunks of one channel. */
async function sendThrough(deps: SendChunksDeps, claims: readonly Claim[]): Promise<void> {
  const [any] = claims;
  if (!any) return;
  const { tenantId } = any;
  const restraints = await deps.readRestraints(tenantId);
  const begun = await deps.transact(any, (tx) => begin(deps, tx, tenantId, claims, restraints));
  const { channel, together, alone } = begun;
  const works = [...together, ...alone].map(({ work }) => work);
  const extending = setInterval(() => {
    deps.transact(any, (tx) => sending.extendLeases(tx, works)).catch(() => {});
  }, EXTEND_EVERY_MS);
  try {
    await allOf([
      ...(begun.over.length > 0 ? [deps.afterChunk(tenantId, ...begun.over)] : []),
      ...(begun.obstacle ? [tellBreaker(deps, begun.obstacle)] : []),
      ...(channel ? [sendTogether(deps, channel, together, begun.opened)] : []),
      ...(channel ? alone.map((chunk) => sendAlone(deps, channel, chunk)) : []),
    ]);
  } finally {
    clearInterval(extending);
  }
}

/** Waits for all, also when some fail; then throws the first failure. */
async function allOf(work: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

/** Chunks of a channel that have something to send. */
interface Begun {
  /** Messages to look after, whose chunks have been left again. */
  over: string[];
  channel?: SendingChannel;
  together: SendingChunk[];
  /** The first batches of those that go together. */
  opened?: Opened | undefined;
  /** Those with a rate, each of which waits for its turns. */
  alone: SendingChunk[];
  /** Why the channel cannot be sent through, though it should. */
  obstacle?: ChannelObstacle | undefined;
}

interface ChannelObstacle {
  work: ChunkWork;
  obstacle: Obstacle;
}

/** The plugin cannot be run: nothing of the channel is claimed until somebody has mended that. */
async function tellBreaker(deps: SendChunksDeps, { work, obstacle }: ChannelObstacle): Promise<void> {
  const { tenantId, channelId: id, channel } = work;
  const isProbe = channel?.circuit === "probe";
  await deps.breaker.observe(
    { tenantId, id, revision: channel?.revision ?? 0, isProbe },
    { kind: "unreachable", ...obstacle, retryAfterMs: 0, isCertain: true },
  );
}

async function begin(
  deps: SendChunksDeps,
  tx: Tx,
  tenantId: string,
  claims: readonly Claim[],
  restraints: Restraints,
): Promise<Begun> {
  // One round trip: the second is sent right behind the first.
  const [works, ready] = await Promise.all([
    sending.beginChunks(tx, tenantId, claims),
    sending.readReady(tx, tenantId, claims),
  ]);
  const over = new Set<string>();
  const begunIds = new Set(works.map(({ chunkId }) => chunkId));
  const stale = claims.filter(({ chunkId }) => !begunIds.has(chunkId));
  // A message cancelled while the hint was on its way leaves its chunks to be ended.
  if (stale.length > 0) for (const id of await sending.releaseChunks(tx, tenantId, stale)) over.add(id);
  const { channel, goingOn, left, obstacle } = await judge(deps, tx, works, ready, restraints);
  if (left.length > 0) await sending.endChunks(tx, tenantId, left);
  for (const { work } of left) over.add(work.messageId);
  const isAlone = ({ work }: SendingChunk) => goingOn.length > 1 && work.isPaced;
  const together = goingOn.filter((chunk) => !isAlone(chunk));
  const opened = channel && (await openRows(tx, together, { manifest: channel.manifest, isFirst: true }));
  const alone = goingOn.filter(isAlone);
  return { over: [...over], ...(channel && { channel }), together, opened, alone, obstacle };
}

/** What of begun chunks goes on, and how the others are left. */
interface Judged {
  channel?: SendingChannel;
  goingOn: SendingChunk[];
  left: LeftChunk[];
  obstacle?: ChannelObstacle;
}

async function judge(
  deps: SendChunksDeps,
  tx: Tx,
  works: readonly ChunkWork[],
  ready: ReadyRow[],
  restraints: Restraints,
): Promise<Judged> {
  const isHeld = ({ channel }: ChunkWork) => channel?.circuit === "held" || deps.isStopping();
  const judged: Judged = { goingOn: [], left: untouched(works.filter(isHeld)) };
  const free = shareOut(works, ready).filter(([work]) => !isHeld(work));
  const [any] = free;
  if (!any) return judged;
  const through = await findPlugin(deps, tx, any[0]);
  if ("waits" in through) return { ...judged, ...waitingFor(through.waits, any[0], free, judged.left) };
  if ("reason" in through) {
    const failed = free.map(([work]) => work);
    await failAll(deps, tx, failed, through.reason);
    return { ...judged, left: [...judged.left, ...untouched(failed)] };
  }
  for (const [work, rows] of free) {
    const { heldIds, dueAt, suppressedCount, ...kept } = await restrainRows(tx, work, rows, restraints);
    if (suppressedCount > 0) await deps.afterBatch(tx, work, work);
    if (kept.rows.length > 0) {
      judged.goingOn.push({ ...toSending(deps, work, through.plugin, kept.rows), heldIds });
    } else judged.left.push({ work, end: dueAt ? { ...brokenOff(work, rows), dueAt } : UNTOUCHED });
  }
  return { ...judged, channel: through.channel };
}

/** Chunks that are left for the moment, and what the breaker is to be told. */
function waitingFor(
  { obstacle }: Extract<Through, { waits: unknown }>["waits"],
  any: ChunkWork,
  free: readonly [ChunkWork, ReadyRow[]][],
  left: readonly LeftChunk[],
): Pick<Judged, "left" | "obstacle"> {
  const waiting = free.map(([work, rows]) => ({ work, end: pausing(work, rows) }));
  return { left: [...left, ...waiting], ...(obstacle && { obstacle: { work: any, obstacle } }) };
}

const untouched = (works: readonly ChunkWork[]) => works.map((work) => ({ work, end: UNTOUCHED }));

/** Until a plugin that cannot be run is looked for again; where there is an obstacle, the circuit is open by then. */
const PLUGIN_PAUSE_SECONDS = 2;

const pausing = (work: ChunkWork, rows: readonly ReadyRow[]): ChunkEnd => ({
  ...brokenOff(work, rows),
  pauseSeconds: PLUGIN_PAUSE_SECONDS,
});

/** What the chunks of a channel are sent through; or why they fail, or wait. */
type Through =
  | { plugin: LoadedPlugin; channel: SendingChannel }
  | { reason: string }
  | { waits: { obstacle: Obstacle | undefined } };

async function findPlugin(deps: SendChunksDeps, tx: Tx, work: ChunkWork): Promise<Through> {
  if (!work.channel) return { reason: REASONS.channelGone };
  if (work.channel.state === "off") return { reason: REASONS.channelOff };
  const { pluginId } = work.channel;
  const catalogue = deps.catalogue.of(work.tenantId);
  const obstacle = catalogue.obstacleTo(pluginId);
  if (obstacle) return { waits: { obstacle } };
  const plugin = catalogue.find(pluginId);
  if (!plugin) {
    // What was installed a moment ago waits until this process has heard of it.
    return (await deps.isInstalled(tx, pluginId))
      ? { waits: { obstacle: undefined } }
      : { reason: REASONS.channelGone };
  }
  const handle = deps.toHandle(work.tenantId, work.channelId, work.channel);
  return { plugin, channel: { work, handle, manifest: plugin.manifest } };
}

async function failAll(
  deps: SendChunksDeps,
  tx: Tx,
  works: readonly ChunkWork[],
  reason: string,
): Promise<void> {
  for (const work of works) {
    await failChunk(tx, work, reason);
    await deps.afterBatch(tx, work, work);
  }
}

/** The rows of each chunk; both are in the order of the deliveries. */
function shareOut(works: readonly ChunkWork[], ready: ReadyRow[]): [ChunkWork, ReadyRow[]][] {
  const [only, ...others] = works;
  if (only && others.length === 0) return [[only, ready]];
  let next = 0;
  return works.map((work) => {
    const first = next;
    const lastId = BigInt(work.lastId);
    while (next < ready.length && BigInt(ready[next]?.[0] ?? 0) <= lastId) next++;
    return [work, ready.slice(first, next)];
  });
}

function toSending(
  deps: SendChunksDeps,
  work: ChunkWork,
  plugin: LoadedPlugin,
  left: ReadyRow[],
): Omit<SendingChunk, "heldIds"> {
  return {
    work,
    left,
    rowCount: left.length,
    isLimited: plugin.manifest.limits.perRecipient !== undefined,
    shared: sharedContent(deps, work, plugin),
    round: {
      count: work.roundCount,
      isProbe: work.channel?.circuit === "probe",
      dropsRepeats: willDropRepeat(plugin.manifest.idempotency, work.secondsSinceFirstTry),
    },
    found: startOf(work),
  };
}

/** Sends the first batches of several chunks; what they do not cover goes on chunk by chunk. */
async function sendTogether(
  deps: SendChunksDeps,
  channel: SendingChannel,
  chunks: readonly SendingChunk[],
  opened: Opened | undefined,
): Promise<void> {
  const [only, ...others] = chunks;
  if (only && others.length === 0) return sendAlone(deps, channel, only, { opened });
  const isToGoOn = opened && "batches" in opened ? await hasSent(deps, channel, opened) : true;
  const isOver = ({ left }: SendingChunk) => left.length === 0 || !isToGoOn;
  await leave(
    deps,
    chunks.filter(isOver).map((chunk) => ({ chunk, end: endOf(chunk) })),
  );
  await allOf(chunks.filter((chunk) => !isOver(chunk)).map((chunk) => sendAlone(deps, channel, chunk)));
}

/** Sends one chunk, several batches at a time; breaks off where its message is stopped or the rates say so. */
async function sendAlone(
  deps: SendChunksDeps,
  channel: SendingChannel,
  chunk: SendingChunk,
  begun?: { opened: Opened | undefined },
): Promise<void> {
  const end = await sendRows(deps, channel, chunk, begun);
  await leave(deps, [{ chunk, end }]);
}

async function sendRows(
  deps: SendChunksDeps,
  channel: SendingChannel,
  chunk: SendingChunk,
  begun?: { opened: Opened | undefined },
): Promise<ChunkEnd> {
  const { work } = chunk;
  const holdUntil = performance.now() + HOLD_MS;
  let isFirst = true;
  const next = () => openNext(deps, channel, chunk, isFirst);
  let opened = begun ? begun.opened : await next();
  while (opened) {
    if ("batches" in opened) {
      isFirst = false;
      const isToGoOn = await hasSent(deps, channel, opened);
      if (!isToGoOn || chunk.left.length === 0) return endOf(chunk);
    } else if (!(await hasWaited(opened.waitMs, holdUntil))) {
      return { ...brokenOff(work, chunk.left), pauseSeconds: opened.turnMs / 1000 };
    }
    opened = await next();
  }
  return brokenOff(work, chunk.left);
}

/** Opens what may be sent next; undefined when nothing more may, by this process at least. */
async function openNext(
  deps: SendChunksDeps,
  channel: SendingChannel,
  chunk: SendingChunk,
  isFirst: boolean,
): Promise<Opened | undefined> {
  // What is left goes to another process, at once.
  if (!isFirst && deps.isStopping()) return undefined;
  return deps.transact(chunk.work, (tx) => openRows(tx, [chunk], { manifest: channel.manifest, isFirst }));
}

/** Waits for a turn that comes soon; false when others should get a look in meanwhile. */
async function hasWaited(waitMs: number, holdUntil: number): Promise<boolean> {
  if (waitMs > LONGEST_WAIT_MS || performance.now() >= holdUntil) return false;
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  return true;
}

/** Sends opened batches; false when no further one should go out. */
async function hasSent(
  deps: SendChunksDeps,
  channel: SendingChannel,
  { batches, covered }: Extract<Opened, { batches: unknown }>,
): Promise<boolean> {
  const sent = await Promise.all(batches.map((batch) => sendBatch(deps, channel, batch)));
  for (const [chunk, count] of covered) chunk.left = chunk.left.slice(count);
  return !sent.includes(false);
}

/** Leaves chunks that were not ended together with their last batch. */
async function leave(
  deps: SendChunksDeps,
  left: readonly { chunk: SendingChunk; end: ChunkEnd }[],
): Promise<void> {
  const open = left.filter(({ chunk }) => !chunk.found.isEnded);
  if (open.length < left.length) deps.afterLastBatch();
  const [any] = open;
  if (!any) return;
  const { tenantId } = any.chunk.work;
  const works = open.map(({ chunk, end }) => ({ work: chunk.work, end }));
  await deps.transact(any.chunk.work, (tx) => sending.endChunks(tx, tenantId, works));
  const messageIds = new Set(works.map(({ work }) => work.messageId));
  await deps.afterChunk(tenantId, ...messageIds);
}

function sharedContent(
  { trackedAddress, unsubscribeUrl }: SendChunksDeps,
  work: ChunkWork,
  { manifest }: LoadedPlugin,
): SharedContent {
  const { content: fields, kind } = manifest;
  const { tenantId } = work;
  const compiled = compileRendering(work.renderings[kind] ?? {}, fields, work.tracking);
  const needed = neededVariables(variablesIn(compiled), work.variableSchema);
  return {
    compiled,
    fields,
    variables: work.variables,
    needed,
    trackedAddress: work.tracking ? trackedAddress : undefined,
    unsubscribeUrl: (address) => unsubscribeUrl({ tenantId, kind, address }),
    carriesUnsubscribe: carriesUnsubscribe(manifest, work.category),
  };
}
