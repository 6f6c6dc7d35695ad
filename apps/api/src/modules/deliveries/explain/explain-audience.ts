import type { schema } from "@tidings/db";
import type { RequestContext } from "../../../platform/context.ts";
import type { Transact } from "../../../platform/database/index.ts";
import { fromUuid } from "../../../platform/ids.ts";
import type { PluginCatalogues } from "../../../platform/plugin-runtime/index.ts";
import {
  findOwn,
  findSettings,
  meetQuietHours,
  type QuietHoursMet,
  type QuietSubject,
} from "../../quiet-hours/index.ts";
import { REASONS } from "../delivery.rules.ts";
import { type FileSlice, isInFile, mostLinesOf, nextFileSlice } from "../expand/file-slice.repository.ts";
import { countListed, isListed } from "../expand/listed.rules.ts";
import {
  countAudience,
  NO_USER,
  nextSlice,
  type Slice,
  type UserAudience,
} from "../expand/slice.repository.ts";
import { type Restraints, readRestraintsAt } from "../judge/restraints.ts";
import * as repository from "./explaining.repository.ts";
import { addTallies, ended, endTally, isOutlasted, noTally, type Tally } from "./explanation.rules.ts";
import type { RecipientMeter } from "./recipient-meter.rules.ts";

type Tx = Parameters<Parameters<Transact>[1]>[0];

/** Channels of a step at most: with them, a file's slices are as long as they can be. */
const MAX_CHANNELS = 5;

/** How long the users of a large audience are gone through before the numbers are given as "at least". */
export const EXPLAINING_MS = 3_000;

export interface ExplainDeps {
  /** A transaction that can change nothing. */
  read: Transact;
  catalogue: PluginCatalogues;
  timeLimitMs: number;
}

/** A message that was not stored, as far as its audience goes. */
export interface PlannedAudience {
  audience: Exclude<schema.Audience, { kind: "deliveries" }>;
  steps: repository.PlannedSteps;
  /** When its deliveries would be made: quiet hours are judged as of then. */
  beginsAt: Date;
  expiresAt: Date | null;
  quiet: Omit<QuietSubject, "own">;
  /** Where messages that differ from one recipient to the next cost something. */
  meter?: RecipientMeter | undefined;
}

/** Quiet hours that the message would find one user in; `reason` is why it waits or is left out, null: it goes. */
export interface StoryQuietHours extends QuietHoursMet {
  reason: string | null;
}

export interface ExplainedStory extends repository.UserStory {
  isInAudience: boolean;
  /** Null: none at that time. */
  quietHours: StoryQuietHours | null;
}

export interface AudienceTally extends Tally {
  /** False: there was no time for everybody, and there are at least as many. */
  isExact: boolean;
}

export interface AudienceCount {
  count: number;
  isExact: boolean;
}

type Tenant = Pick<RequestContext, "tenantId">;

/** Says what would become of an audience. It asks what sending asks, slice by slice, and makes nothing. */
export function createExplainAudience(deps: ExplainDeps) {
  return {
    async tally(ctx: Tenant, planned: PlannedAudience): Promise<AudienceTally> {
      const { beginsAt, expiresAt } = planned;
      const restraints = await deps.read(ctx, (tx) =>
        readRestraintsAt(tx, deps.catalogue.of(ctx.tenantId), ctx.tenantId, beginsAt),
      );
      const { isExact, ...tally } = await tallyAll(deps, ctx, planned, restraints);
      return { ...endTally(tally, expiresAt), isExact };
    },

    /** What decides about one user, and whether the audience holds them. */
    async tellStory(ctx: Tenant, planned: PlannedAudience, userId: string): Promise<ExplainedStory> {
      return deps.read(ctx, async (tx) => {
        const restraints = await readRestraintsAt(
          tx,
          deps.catalogue.of(ctx.tenantId),
          ctx.tenantId,
          planned.beginsAt,
        );
        const { steps, audience } = planned;
        const story = await repository.readStory(tx, ctx.tenantId, { userId, audience }, steps, restraints);
        return {
          ...story,
          channels: story.channels.map((row) => ended(row, planned.expiresAt)),
          isInAudience: await isHeld(tx, ctx, planned, { userId, key: story.user?.key }),
          quietHours: story.user ? await readQuietHours(tx, ctx, planned, story.user.key) : null,
        };
      });
    },

    /** How many recipients an audience has now. */
    async count(ctx: Tenant, audience: PlannedAudience["audience"]): Promise<AudienceCount> {
      if (isListed(audience)) return { count: countListed(audience), isExact: true };
      if (audience.kind === "file") return { count: audience.rowCount, isExact: true };
      let count = 0;
      const isExact = await overUsers(deps, ctx, audience, async (tx, { after, lastUserId }) => {
        count += await countAudience(tx, ctx.tenantId, audience, { after, lastUserId });
      });
      return { count, isExact };
    },
  };
}

export type ExplainAudience = ReturnType<typeof createExplainAudience>;

/** Goes through an audience slice by slice, each in a transaction of its own; false when there was no time for all. */
async function overSlices<S extends { isLast: boolean }>(
  { read, timeLimitMs }: ExplainDeps,
  ctx: Tenant,
  nextOf: (tx: Tx, previous: S | undefined) => Promise<S>,
  visit: (tx: Tx, slice: S) => Promise<void>,
): Promise<boolean> {
  const endsAt = performance.now() + timeLimitMs;
  let slice: S | undefined;
  while (!slice?.isLast) {
    if (slice && performance.now() > endsAt) return false;
    slice = await read(ctx, async (tx) => {
      const next = await nextOf(tx, slice);
      await visit(tx, next);
      return next;
    });
  }
  return true;
}

type UserSlice = Slice & { after: string };

const overUsers = (
  deps: ExplainDeps,
  ctx: Tenant,
  audience: UserAudience,
  visit: (tx: Tx, slice: UserSlice) => Promise<void>,
) =>
  overSlices<UserSlice>(
    deps,
    ctx,
    async (
      tx,
      { lastUserId: after } = { lastUserId: NO_USER, isLast: false, isOfFew: false, after: NO_USER },
    ) => ({
      ...(await nextSlice(tx, ctx.tenantId, audience, after)),
      after,
    }),
    visit,
  );

const overLines = (
  deps: ExplainDeps,
  ctx: Tenant,
  audience: schema.FileAudience,
  visit: (tx: Tx, slice: FileSlice) => Promise<void>,
) =>
  overSlices<FileSlice>(
    deps,
    ctx,
    (tx, previous) =>
      nextFileSlice(tx, ctx.tenantId, audience, previous?.cursor ?? NO_USER, mostLinesOf(MAX_CHANNELS)),
    visit,
  );

async function tallyAll(
  deps: ExplainDeps,
  ctx: Tenant,
  { audience, steps, meter }: PlannedAudience,
  restraints: Restraints,
): Promise<AudienceTally> {
  const by = { restraints, meter };
  if (isListed(audience)) {
    const tally = await deps.read(ctx, (tx) => repository.tallyListed(tx, ctx.tenantId, steps, by));
    return { ...tally, isExact: true };
  }
  let sum = noTally();
  const add = (tally: Tally) => {
    sum = addTallies(sum, tally);
  };
  if (audience.kind === "file") {
    const isExact = await overLines(deps, ctx, audience, async (tx, slice) =>
      add(await repository.tallyFileSlice(tx, ctx.tenantId, audience, steps, slice, by)),
    );
    return { ...sum, isExact };
  }
  const slices = await deps.read(ctx, (tx) => repository.readPlanned(tx, ctx.tenantId, steps));
  const isExact = await overUsers(deps, ctx, audience, async (tx, slice) =>
    add(await repository.tallySlice(tx, ctx.tenantId, { steps, slices }, slice, by)),
  );
  return { ...sum, isExact };
}

/** Whether the audience holds a user, of whom the row key is known when there is one. */
async function isHeld(
  tx: Tx,
  { tenantId }: Tenant,
  { audience, steps }: PlannedAudience,
  { userId, key }: { userId: string; key: string | undefined },
): Promise<boolean> {
  if (isListed(audience)) return audience.kind === "users" && audience.userIds.includes(userId);
  if (audience.kind === "file") return isInFile(tx, tenantId, audience, userId);
  if (key === undefined) return false;
  return repository.isInSlices(tx, tenantId, await repository.readPlanned(tx, tenantId, steps), key);
}

/** The quiet hours that the message would find a user in, of whom the row key is known. */
async function readQuietHours(
  tx: Tx,
  { tenantId }: Tenant,
  { beginsAt, expiresAt, quiet }: PlannedAudience,
  key: string,
): Promise<StoryQuietHours | null> {
  const [settings, own] = await Promise.all([
    findSettings(tx, tenantId),
    findOwn(tx, tenantId, fromUuid("user", key)),
  ]);
  const met = meetQuietHours(settings, { ...quiet, own }, beginsAt);
  if (!met) return null;
  if (met.choice === "ignore") return { ...met, reason: null };
  const isTooLate = met.choice === "defer" && isOutlasted(met.endsAt, expiresAt);
  return { ...met, reason: isTooLate ? REASONS.quietHoursOutlast : REASONS.quietHours };
}
