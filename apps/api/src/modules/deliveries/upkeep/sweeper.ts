import type { PluginManifest } from "@tidings/sdk/plugin";
import type { Database, Transact, Tx } from "../../../platform/database/index.ts";
import type { Logger } from "../../../platform/logger.ts";
import { doForEach, type Loop } from "../../../platform/loops.ts";
import type { PluginCatalogues } from "../../../platform/plugin-runtime/index.ts";
import { type Claim, listExpiredLeases } from "../dispatch/claim.repository.ts";
import { NIL_UUID } from "../expand/expansion.repository.ts";
import { forgetContents, listTenantsWithOldContents } from "../judge/duplicates.repository.ts";
import { applyWaiting, type Undelivered, type WaitingPlace } from "../receipts/receipt.repository.ts";
import { suppressByReceipts } from "../receipts/suppress-by-receipts.ts";
import { forgetHandovers, listTenantsWithOldHandovers } from "../send/recipient-limits.repository.ts";
import { createCancelledUserSweep } from "./cancelled-users.ts";
import { createFlowSweep } from "./flow-sweep.ts";
import * as sweep from "./sweep.repository.ts";

export interface SweeperDeps {
  dispatch: Database;
  worker: Database;
  transact: Transact;
  catalogue: PluginCatalogues;
  /** Whether the tenant has a plugin that this process does not find at the moment. */
  isOutOfReach(tx: Tx, tenantId: string, pluginId: string): Promise<boolean>;
  compactStatistics(tenantId: string): Promise<void>;
  /** Fallback timers of the users of a range: what has become `unknown` starts their windows. */
  wakeFlows(
    tx: Tx,
    message: { tenantId: string; messageId: string },
    step: number,
    range: { firstId: string; lastId: string },
  ): Promise<void>;
  /** Has the vendor asked about the attempts of a chunk that were abandoned in this transaction. */
  openAbandoned(
    tx: Tx,
    chunk: { tenantId: string; chunkId: string; messageId: string },
    manifest: PluginManifest,
  ): Promise<void>;
  afterChunk(tenantId: string, messageId: string): Promise<void>;
  logger: Logger;
}

const LEASES_A_ROUND = 100;
const MESSAGES_A_ROUND = 100;
const ROLL_EVERY_MS = 3_600_000;
const FORGET_EVERY_MS = 3_600_000;
const FORGET_HANDOVERS_EVERY_MS = 60_000;

/** The loops that put right what crashes and races leave behind. All of them may run any number of times. */
export function createSweeperLoops(deps: SweeperDeps): Loop[] {
  return [
    { name: "lease-sweeper", idleMs: 1_000, run: () => sweepLeases(deps) },
    { name: "message-sweeper", idleMs: 5_000, run: createMessageSweep(deps) },
    { name: "leftover-sweeper", idleMs: 5_000, run: createLeftoverSweep(deps) },
    createFlowSweep(deps),
    createCancelledUserSweep(deps),
    { name: "receipt-sweeper", idleMs: 1_000, run: createReceiptSweep(deps) },
    { name: "statistics-compaction", idleMs: 1_000, run: () => compact(deps) },
    { name: "content-sweeper", idleMs: FORGET_EVERY_MS, run: () => forgetOldContents(deps) },
    { name: "handover-sweeper", idleMs: FORGET_HANDOVERS_EVERY_MS, run: () => forgetOldHandovers(deps) },
    { name: "partition-roll", idleMs: ROLL_EVERY_MS, run: () => roll(deps) },
  ];
}

async function sweepLeases(deps: SweeperDeps): Promise<boolean> {
  const expired = await deps.dispatch.transaction((tx) => listExpiredLeases(tx, LEASES_A_ROUND));
  await doForEach(expired, (claim) => recoverChunk(deps, claim), "chunks were not recovered");
  return expired.length === LEASES_A_ROUND;
}

/** Settles what a dead worker left open, by what the plugin declares, and gives the rest of its chunk back. */
async function recoverChunk(deps: SweeperDeps, claim: Claim): Promise<void> {
  const recovered = await deps.transact(claim, async (tx) => {
    const chunk = await sweep.takeOverChunk(tx, claim);
    if (!chunk) return undefined;
    if (chunk.openAttempts > 0 && !(await settleAbandoned(deps, tx, claim, chunk))) {
      await sweep.putOffTakingOver(tx, claim);
      return undefined;
    }
    if (chunk.hasFlows) await deps.wakeFlows(tx, { ...chunk, tenantId: claim.tenantId }, chunk.step, chunk);
    await sweep.reopenChunk(tx, claim);
    return chunk;
  });
  if (!recovered) return;
  deps.logger.warn({ chunkId: claim.chunkId, openAttempts: recovered.openAttempts }, "a lease ran out");
  await deps.afterChunk(claim.tenantId, recovered.messageId);
}

/** False when the plugin cannot be read just then: what may be done stands in its manifest. */
async function settleAbandoned(
  deps: SweeperDeps,
  tx: Tx,
  claim: Claim,
  { messageId, pluginId }: sweep.AbandonedChunk,
): Promise<boolean> {
  const { tenantId } = claim;
  const manifest = pluginId === null ? undefined : deps.catalogue.of(tenantId).find(pluginId)?.manifest;
  if (!manifest && pluginId !== null && (await deps.isOutOfReach(tx, tenantId, pluginId))) return false;
  const mayHaveBeenSent = manifest?.idempotency.kind !== "key";
  await sweep.closeAttempts(tx, claim, mayHaveBeenSent);
  if (mayHaveBeenSent && manifest?.query) await deps.openAbandoned(tx, { ...claim, messageId }, manifest);
  return true;
}

/** Ends what a worker that died behind its last chunk did not end, some messages a round. */
function createMessageSweep(deps: SweeperDeps): () => Promise<boolean> {
  let cursor = NIL_UUID;
  return async () => {
    const { forgotten, goOnAfter } = await deps.dispatch.transaction((tx) =>
      sweep.listForgottenMessages(tx, cursor),
    );
    cursor = goOnAfter ?? NIL_UUID;
    await endMessages(deps, forgotten);
    return false;
  };
}

/** Ends what ended messages have left waiting, some of them a round. */
function createLeftoverSweep(deps: SweeperDeps): () => Promise<boolean> {
  let cursor = sweep.FIRST_WAITING;
  return async () => {
    const { ended, goOnAfter } = await deps.dispatch.transaction((tx) =>
      sweep.listEndedWithChunks(tx, cursor),
    );
    const here = cursor;
    // What cannot be ended waits for the next time round.
    cursor = goOnAfter ?? sweep.FIRST_WAITING;
    await endMessages(deps, ended.slice(0, MESSAGES_A_ROUND));
    if (ended.length === 0) return false;
    // What has been ended is not found again; of a large message there is more.
    cursor = here;
    return true;
  };
}

const endMessages = (deps: SweeperDeps, messages: readonly sweep.ForgottenMessage[]): Promise<void> =>
  doForEach(
    messages,
    ({ tenantId, messageId }) => deps.afterChunk(tenantId, messageId),
    "messages were not ended",
  );

/**
 * Applies receipts that came before their delivery was accepted, tenant by tenant. The newest first: they are the likeliest
 * to find it. Where more wait, as receipts of somebody else's messages do, each round goes on through those behind.
 */
function createReceiptSweep(deps: SweeperDeps): () => Promise<boolean> {
  let after = NIL_UUID;
  const places = new Map<string, WaitingPlace>();
  return async () => {
    const { tenantIds, goOnAfter } = await deps.dispatch.transaction((tx) =>
      sweep.listTenantsWithWaitingReceipts(tx, after),
    );
    after = goOnAfter ?? NIL_UUID;
    const sweepTenant = async (tenantId: string) => {
      const behindNewest = await sweepReceipts(deps, tenantId, undefined);
      const place =
        behindNewest && (await sweepReceipts(deps, tenantId, places.get(tenantId) ?? behindNewest));
      if (place) places.set(tenantId, place);
      else places.delete(tenantId);
    };
    await doForEach(tenantIds, sweepTenant, "receipts were not applied");
    return false;
  };
}

/** Returns where to go on with the tenant's waiting receipts. */
async function sweepReceipts(
  deps: SweeperDeps,
  tenantId: string,
  behind: WaitingPlace | undefined,
): Promise<WaitingPlace | undefined> {
  return deps.transact({ tenantId }, async (tx) => {
    const { undelivered, goOnBehind } = await applyWaiting(tx, tenantId, behind);
    for (const [channel, events] of byChannel(undelivered)) {
      await suppressByReceipts(tx, deps.catalogue, { tenantId, ...channel }, events);
    }
    return goOnBehind;
  });
}

/** A channel's events together: what there is to do about them is done at once. */
function byChannel(events: readonly Undelivered[]): Iterable<[Undelivered, Undelivered[]]> {
  const groups = new Map<string, [Undelivered, Undelivered[]]>();
  for (const event of events) {
    const [first, known] = groups.get(event.channelId) ?? [event, []];
    groups.set(event.channelId, [first, [...known, event]]);
  }
  return groups.values();
}

async function compact(deps: SweeperDeps): Promise<boolean> {
  const tenants = await deps.dispatch.transaction(sweep.listTenantsWithDeltas);
  await doForEach(tenants, (tenantId) => deps.compactStatistics(tenantId), "statistics were not compacted");
  return false;
}

/** What messages that ask for deduplication have sent is kept as long as the longest of them looks back. */
async function forgetOldContents(deps: SweeperDeps): Promise<boolean> {
  const tenants = await deps.dispatch.transaction(listTenantsWithOldContents);
  return forgetOf(deps, tenants, forgetContents);
}

/** What was handed over is kept as long as it counts for a limit of its recipient. */
async function forgetOldHandovers(deps: SweeperDeps): Promise<boolean> {
  const tenants = await deps.dispatch.transaction(listTenantsWithOldHandovers);
  return forgetOf(deps, tenants, forgetHandovers);
}

async function forgetOf(
  deps: SweeperDeps,
  tenants: readonly string[],
  forget: (tx: Tx, tenantId: string) => Promise<boolean>,
): Promise<boolean> {
  let more = false;
  for (const tenantId of tenants) {
    more = (await deps.transact({ tenantId }, (tx) => forget(tx, tenantId))) || more;
  }
  return more;
}

async function roll(deps: SweeperDeps): Promise<boolean> {
  await deps.worker.transaction(sweep.rollPartitions);
  return false;
}
