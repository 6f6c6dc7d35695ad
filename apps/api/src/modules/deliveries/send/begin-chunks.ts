import type { Tx } from "../../../platform/database/index.ts";
import type { LoadedPlugin, Obstacle } from "../../../platform/plugin-runtime/index.ts";
import { compileRendering, variablesIn } from "../../templates/index.ts";
import { pauseSeconds, REASONS } from "../delivery.rules.ts";
import type { Claim } from "../dispatch/claim.repository.ts";
import type { Restraints } from "../judge/restraints.ts";
import { type ChunkEnd, endChunks, type LeftChunk, releaseChunks } from "./chunk-end.repository.ts";
import { brokenOff, NOTHING_LEFT, untouched } from "./chunk-end.rules.ts";
import { carriesUnsubscribe, neededVariables, type SharedContent } from "./content.rules.ts";
import { type Findings, type Opened, openRows, type SendingChunk } from "./open-batches.ts";
import { restrainRows } from "./restrain-rows.ts";
import type { ChunkWork, ReadChunk, ReadyRow } from "./send.repository.ts";
import * as sending from "./send.repository.ts";
import type { SendChunksDeps, SendingChannel } from "./send-batch.ts";
import { failChunk } from "./settle.repository.ts";

const startOf = (work: ChunkWork): Findings => ({
  pauseSeconds: pauseSeconds(work.roundCount + 1, Math.random()),
  isHeld: false,
  hasProgressed: false,
  isThrottled: false,
  isEnded: false,
});

/** Chunks of a channel that have something to send. */
export interface Begun {
  tenantId: string;
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

export interface ChannelObstacle {
  work: ChunkWork;
  obstacle: Obstacle;
}

/** Takes chunks of one channel from `queued` as far as the vendor's door: what their first batches are is written down. */
export async function beginQueued(
  deps: SendChunksDeps,
  tx: Tx,
  claims: readonly Claim[],
  restraints: Restraints,
): Promise<Begun> {
  const tenantId = claims[0]?.tenantId ?? "";
  const read = await sending.takeQueued(tx, tenantId, claims);
  const begunIds = new Set(read.map(({ work }) => work.chunkId));
  const stale = claims.filter(({ chunkId }) => !begunIds.has(chunkId));
  // A message cancelled while the hint was on its way leaves its chunks to be ended.
  const over = stale.length > 0 ? await releaseChunks(tx, tenantId, stale) : [];
  const begun = await begin(deps, tx, tenantId, read, { restraints, areMade: false });
  return { ...begun, over: [...new Set([...over, ...begun.over])] };
}

/** The same for chunks of one channel that this transaction has made in `sending`. */
export const beginMade = (
  deps: SendChunksDeps,
  tx: Tx,
  made: readonly ReadChunk[],
  restraints: Restraints,
): Promise<Begun> => begin(deps, tx, made[0]?.work.tenantId ?? "", made, { restraints, areMade: true });

async function begin(
  deps: SendChunksDeps,
  tx: Tx,
  tenantId: string,
  read: readonly ReadChunk[],
  { restraints, areMade }: { restraints: Restraints; areMade: boolean },
): Promise<Begun> {
  const { channel, goingOn, left, obstacle } = await judge(deps, tx, read, restraints);
  if (left.length > 0) await endChunks(tx, tenantId, left);
  const over = [...new Set(left.map(({ work }) => work.messageId))];
  const isAlone = ({ work }: SendingChunk) => goingOn.length > 1 && work.isPaced;
  const together = goingOn.filter((chunk) => !isAlone(chunk));
  const options = channel && { manifest: channel.manifest, isFirst: true, areMade };
  const opened = options && (await openRows(tx, together, options));
  const alone = goingOn.filter(isAlone);
  return { tenantId, over, ...(channel && { channel }), together, opened, alone, obstacle };
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
  read: readonly ReadChunk[],
  restraints: Restraints,
): Promise<Judged> {
  const isHeld = ({ work }: ReadChunk) => work.channel?.circuit === "held" || deps.isStopping();
  const judged: Judged = { goingOn: [], left: leftUntouched(read.filter(isHeld)) };
  const free = read.filter((chunk) => !isHeld(chunk));
  const [any] = free;
  if (!any) return judged;
  const through = await findPlugin(deps, tx, any.work);
  if ("waits" in through) return { ...judged, ...waitingFor(through.waits, any.work, free, judged.left) };
  if ("reason" in through) {
    await failAll(deps, tx, free, through.reason);
    return { ...judged, left: [...judged.left, ...leftUntouched(free)] };
  }
  for (const { work, rows } of free) {
    const { heldIds, dueAt, suppressedCount, ...kept } = await restrainRows(tx, work, rows, restraints);
    if (suppressedCount > 0) await deps.afterBatch(tx, work, work);
    if (kept.rows.length > 0) {
      judged.goingOn.push({ ...toSending(deps, work, through.plugin, kept.rows), heldIds });
    } else judged.left.push({ work, end: dueAt ? { ...brokenOff(work, rows), dueAt } : NOTHING_LEFT });
  }
  return { ...judged, channel: through.channel };
}

/** Chunks that are left for the moment, and what the breaker is to be told. */
function waitingFor(
  { obstacle }: Extract<Through, { waits: unknown }>["waits"],
  any: ChunkWork,
  free: readonly ReadChunk[],
  left: readonly LeftChunk[],
): Pick<Judged, "left" | "obstacle"> {
  const waiting = free.map(({ work, rows }) => ({ work, end: pausing(work, rows) }));
  return { left: [...left, ...waiting], ...(obstacle && { obstacle: { work: any, obstacle } }) };
}

const leftUntouched = (chunks: readonly ReadChunk[]) =>
  chunks.map(({ work }) => ({ work, end: untouched(work) }));

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
  chunks: readonly ReadChunk[],
  reason: string,
): Promise<void> {
  for (const { work } of chunks) {
    await failChunk(tx, work, reason);
    await deps.afterBatch(tx, work, work);
  }
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
      dropsRepeats: plugin.manifest.idempotency.kind === "key",
    },
    found: startOf(work),
  };
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
