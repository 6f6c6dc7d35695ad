import type { Clock } from "../../platform/clock.ts";
import { type RequestContext, systemContext } from "../../platform/context.ts";
import type { Database, Transact, Tx } from "../../platform/database/index.ts";
import { ProblemError } from "../../platform/errors.ts";
import { fromUuid, newId } from "../../platform/ids.ts";
import { doForEach, type Loop } from "../../platform/loops.ts";
import { recordAudit } from "../audit/index.ts";
import { expiryOf, getUsableChannels, type NewMessage, storeApprovedMessage } from "../messages/index.ts";
import { findPinnedPolicy, policyArchived } from "../policies/index.ts";
import { assertSourceOn } from "../sources/index.ts";
import { moveOn } from "./course.ts";
import { judgeOccurrence } from "./recurrence.rules.ts";
import {
  insertOccurrence,
  listWakingSeries,
  lockSeries,
  type SeriesRow,
  type WakingSeries,
} from "./series.repository.ts";

export interface OccurrenceDeps {
  dispatch: Database;
  transact: Transact;
  /** Keeps the approval that a series waits for from being decided until the transaction ends. */
  holdApproval(tx: Tx, ctx: RequestContext, seriesId: string): Promise<void>;
  /** Ends the approval that a series still waits for when its last day has passed. */
  withdrawApproval(tx: Tx, ctx: RequestContext, seriesId: string): Promise<void>;
  /** A message has begun: the expander need not wait for its next round. */
  nudgeExpander(): void;
  clock: Clock;
}

const SERIES_A_ROUND = 100;
/** What is not switched on again: the series ends with it. */
const PERMANENT = ["not-found", "channel-unknown", "policy-archived"];

type Due = SeriesRow & { nextOn: string; wakeAt: Date };
type Fate =
  | { state: "begun"; messageId: string }
  | { state: "missed" | "failed"; reason: string; reasonDetail: string | null };

/**
 * Makes a message of each occurrence whose time has come. The series' row is locked and the day has a row of its own
 * in the same transaction as the message: several workers, or one that dies halfway, make one message a day.
 */
export function createOccurrenceLoop(deps: OccurrenceDeps): Loop {
  return {
    name: "occurrences",
    idleMs: 200,
    async run() {
      const waking = await deps.dispatch.transaction((tx) => listWakingSeries(tx, SERIES_A_ROUND));
      const settle = async (series: WakingSeries) => {
        await settleOccurrence(deps, series);
        deps.nudgeExpander();
      };
      await doForEach(waking, settle, "occurrences were not settled");
      return waking.length === SERIES_A_ROUND;
    },
  };
}

async function settleOccurrence(deps: OccurrenceDeps, waking: WakingSeries): Promise<void> {
  const ctx = systemContext(waking.tenantId, "scheduler", deps.clock);
  const settle = (fateOf: (tx: Tx, series: Due) => Promise<Fate>) =>
    deps.transact(ctx, async (tx) => {
      // Deciding locks the request first and the series afterwards; so does this.
      await deps.holdApproval(tx, ctx, waking.seriesId);
      const series = await lockSeries(tx, waking.tenantId, waking.seriesId);
      if (series && isDue(series, ctx.now())) await save(deps, tx, ctx, series, await fateOf(tx, series));
    });
  try {
    await settle((tx, series) => decide(tx, ctx, series));
  } catch (refusal) {
    if (!(refusal instanceof ProblemError) || refusal.type.status >= 500) throw refusal;
    const { type, message } = refusal;
    await settle(async () => ({ state: "failed", reason: type.code, reasonDetail: message }));
  }
}

const isDue = (series: SeriesRow, now: Date): series is Due =>
  series.nextOn !== null && series.wakeAt !== null && series.wakeAt <= now;

async function decide(tx: Tx, ctx: RequestContext, series: Due): Promise<Fate> {
  const state = series.state === "pending_approval" ? "pending_approval" : "active";
  const verdict = judgeOccurrence(series.wakeAt, state, ctx.now());
  if (verdict !== "begin") return { state: "missed", reason: verdict, reasonDetail: null };
  await assertUsable(tx, series);
  const message = toMessage(series, ctx.now());
  await storeApprovedMessage(tx, series.tenantId, message);
  return { state: "begun", messageId: message.id };
}

/** What was on when the series was made may be off by now. */
async function assertUsable(tx: Tx, series: Due): Promise<void> {
  const { tenantId, sourceId } = series;
  if (sourceId) await assertSourceOn(tx, tenantId, sourceId);
  const policy = series.policyVersionId
    ? await findPinnedPolicy(tx, tenantId, series.policyVersionId)
    : undefined;
  if (policy?.state === "archived") throw policyArchived(`The policy "${policy.name}" is archived.`);
  const steps = policy?.steps.map((step) => step.channelIds) ?? [channelIdsOf(series)];
  await getUsableChannels(tx, tenantId, sourceId, steps, policy ? "policy" : "channels");
}

const channelIdsOf = ({ channelIds }: SeriesRow) => channelIds.map((uuid) => fromUuid("channel", uuid));

/** It was approved with the series, and its audience is worked out now. */
const toMessage = (series: Due, createdAt: Date): NewMessage => ({
  id: newId("message"),
  sourceId: series.sourceId,
  authorId: series.authorId,
  state: "expanding",
  needsApproval: false,
  isTest: false,
  title: series.title,
  priority: series.priority,
  category: series.category,
  audience: series.audience,
  templateVersionId: series.templateVersionId,
  renderings: series.renderings,
  tracking: series.tracking,
  variables: series.variables,
  channelIds: channelIdsOf(series),
  policyVersionId: series.policyVersionId,
  contentHash: Buffer.from(series.contentHash).toString("hex"),
  scheduledAt: series.wakeAt,
  timeZone: series.timeZone,
  ttlSeconds: series.ttlSeconds,
  expiresAt: expiryOf(series.ttlSeconds, series.wakeAt),
  options: series.options,
  rate: series.rate,
  ratePerSecond: null,
  createdAt,
  idempotency: null,
});

async function save(
  deps: OccurrenceDeps,
  tx: Tx,
  ctx: RequestContext,
  series: Due,
  fate: Fate,
): Promise<void> {
  await insertOccurrence(tx, {
    tenantId: series.tenantId,
    seriesId: series.id,
    onDate: series.nextOn,
    createdAt: ctx.now(),
    ...fate,
  });
  const endReason = fate.state === "failed" && PERMANENT.includes(fate.reason) ? fate.reason : null;
  const goesOn = await moveOn(tx, series, endReason);
  if (!goesOn && series.state === "pending_approval") await deps.withdrawApproval(tx, ctx, series.id);
  if (fate.state === "begun") return;
  await recordAudit(tx, ctx, {
    action: `series.occurrence_${fate.state}`,
    subjectId: series.id,
    subjectName: series.title,
    after: { on: series.nextOn, reason: fate.reason, seriesEnds: endReason !== null },
  });
}
