import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import { canonicalJson, sha256 } from "../../platform/crypto/index.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { invalidField } from "../../platform/errors.ts";
import { newId, toUuid } from "../../platform/ids.ts";
import type { PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { toWallClock } from "../../platform/zoned-time.ts";
import { recordAudit } from "../audit/index.ts";
import {
  assertOneList,
  assertOneOfEach,
  categoryOf,
  checkSend,
  contentHashOf,
  idempotencyKeyReused,
  judgeSchedule,
  type MessageRequest,
  optionsOf,
  recordingUses,
  resolveAudience,
  type Schedule,
  type SendPlanner,
  scopeOf,
  titleOf,
} from "../messages/index.ts";
import { trackingOf } from "../templates/index.ts";
import { MAX_DAYS, nextOccurrence, type Recurrence, type Repeat } from "./recurrence.rules.ts";
import {
  findByRequestKey,
  insertSeries,
  type NewSeries,
  type SeriesRow,
  updateSeries,
} from "./series.repository.ts";

export type RecurringSchedule = Schedule & { repeat: Repeat };
export type CreateSeries = Omit<MessageRequest, "schedule"> & { schedule: RecurringSchedule };

export interface AcceptedSeries {
  id: string;
  outcome: "accepted" | "awaiting_approval";
  createdAt: Date;
  replayed: boolean;
}

/** What an approval of a series is about. */
export interface SeriesToApprove {
  id: string;
  title: string;
  contentHash: Uint8Array;
  sourceId: string | null;
  authorId: string | null;
}

export interface CreateSeriesDeps {
  transact: Transact;
  planSend: SendPlanner;
  catalogue: PluginCatalogues;
  /** Asks for approval in the transaction that stores the series; false when none is needed after all. */
  requestApproval(tx: Tx, ctx: RequestContext, series: SeriesToApprove): Promise<boolean>;
}

/** Accepts a message that recurs. It is checked and pinned like a message; each occurrence is checked again. */
export function createCreateSeries(deps: CreateSeriesDeps) {
  return async function createSeries(
    ctx: RequestContext,
    input: CreateSeries,
    key: string | undefined,
  ): Promise<AcceptedSeries> {
    authorize(ctx, "send", "Message");
    const requestHash = sha256(canonicalJson({ series: input }));
    const scope = scopeOf(ctx);
    const findFirst = (tx: Tx) => (key ? findByRequestKey(tx, ctx.tenantId, scope, key) : undefined);
    const first = await deps.transact(ctx, async (tx) => findFirst(tx));
    if (first) return replay(first, requestHash);
    const row = await plan(deps, ctx, input, key ? { scope, key, requestHash } : undefined);
    return deps.transact(ctx, async (tx) => {
      if (await insertSeries(tx, row)) return store(deps, tx, ctx, row);
      const faster = await findFirst(tx);
      if (!faster) throw new Error("a series was neither stored nor found under its request's key");
      return replay(faster, requestHash);
    });
  };
}

export type CreateSeriesUseCase = ReturnType<typeof createCreateSeries>;

/** Checks a recurring schedule; throws at the field that is wrong. */
export function judgeRecurrence({ repeat, ...schedule }: RecurringSchedule, now: Date): Recurrence {
  judgeSchedule(schedule, now);
  const startsAt = new Date(schedule.at);
  const recurrence = { startsAt, timeZone: schedule.timeZone, repeat };
  const { on: first } = toWallClock(startsAt, schedule.timeZone);
  if ((Date.parse(repeat.until) - Date.parse(first)) / 86_400_000 > MAX_DAYS) {
    const detail = `${repeat.until} is more than a year after the beginning; a series lasts a year at most.`;
    throw invalidField("/schedule/repeat/until", detail, "too_far");
  }
  if (nextOccurrence(recurrence)) return recurrence;
  const detail = `From ${first} to ${repeat.until} there is no such day.`;
  throw invalidField("/schedule/repeat", detail, "no_occurrence");
}

async function plan(
  deps: CreateSeriesDeps,
  ctx: RequestContext,
  { schedule, ...asked }: CreateSeries,
  request: { scope: string; key: string; requestHash: Buffer } | undefined,
): Promise<NewSeries> {
  assertOneOfEach(asked);
  assertOneList(asked);
  const recurrence = judgeRecurrence(schedule, ctx.now());
  const { channels, policy, template, allowList, denyList } = asked;
  const sendPlan = await deps.planSend(ctx, { channels, policy, template, allowList, denyList });
  const input = { ...asked, audience: await resolveAudience(deps.transact, ctx, asked.audience) };
  checkSend(deps.catalogue.of(ctx.tenantId), sendPlan, input);
  const next = nextOccurrence(recurrence);
  const content = contentHashOf(sendPlan, input);
  const { actor } = ctx;
  return {
    tenantId: ctx.tenantId,
    id: newId("series"),
    sourceId: actor.kind === "source" ? actor.id : null,
    authorId: actor.kind === "member" ? actor.id : null,
    state: sendPlan.needsApproval ? "pending_approval" : "active",
    needsApproval: sendPlan.needsApproval,
    title: titleOf(sendPlan, input),
    priority: input.priority,
    category: categoryOf(sendPlan.template, input),
    audience: input.audience,
    templateVersionId: sendPlan.template?.versionId ?? null,
    renderings: input.content ?? null,
    tracking: trackingOf(input.tracking),
    variables: input.variables,
    channelIds: sendPlan.channels.map((channel) => toUuid("channel", channel.id)),
    policyVersionId: sendPlan.policyVersionId,
    contentHash: sha256(canonicalJson({ content, schedule })),
    ttlSeconds: input.ttlSeconds ?? null,
    options: optionsOf(input),
    rate: input.rate ?? null,
    ...recurrence,
    nextOn: next?.on ?? null,
    wakeAt: next?.at ?? null,
    requestScope: request?.scope ?? null,
    requestKey: request?.key ?? null,
    requestHash: request?.requestHash ?? null,
    createdAt: ctx.now(),
  };
}

async function store(
  deps: CreateSeriesDeps,
  tx: Tx,
  ctx: RequestContext,
  row: NewSeries,
): Promise<AcceptedSeries> {
  const { id, title, contentHash, sourceId = null, authorId = null } = row;
  const toApprove = { id, title, contentHash, sourceId, authorId };
  if (row.needsApproval && !(await deps.requestApproval(tx, ctx, toApprove))) {
    await updateSeries(tx, ctx.tenantId, id, { state: "active" });
  }
  await Promise.all(recordingUses(tx, ctx.tenantId, [{ kind: "series", id, audience: row.audience }]));
  await recordAudit(tx, ctx, {
    action: "series.created",
    subjectId: id,
    subjectName: title,
    after: { startsAt: row.startsAt.toISOString(), timeZone: row.timeZone, repeat: row.repeat },
  });
  return { id, outcome: outcomeOf(row), createdAt: ctx.now(), replayed: false };
}

function replay(first: SeriesRow, requestHash: Buffer): AcceptedSeries {
  if (!first.requestHash || !Buffer.from(first.requestHash).equals(requestHash)) {
    throw idempotencyKeyReused(
      `The Idempotency-Key "${first.requestKey}" was used before with another body.`,
    );
  }
  return { id: first.id, outcome: outcomeOf(first), createdAt: first.createdAt, replayed: true };
}

const outcomeOf = ({ needsApproval }: { needsApproval: boolean }) =>
  needsApproval ? "awaiting_approval" : "accepted";
