import type { schema } from "@tidings/db";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact } from "../../platform/database/index.ts";
import { listRecipients } from "./expander.ts";
import * as repository from "./explaining.repository.ts";
import { addTallies, noTally, type Tally } from "./explanation.rules.ts";
import { type FileSlice, isInFile, nextFileSlice } from "./file-slice.repository.ts";
import { countAudience, NO_USER, nextSlice, type Slice } from "./slice.repository.ts";

type Tx = Parameters<Parameters<Transact>[1]>[0];

/** Channels of a step at most: with them, a file's slices are as long as they can be. */
const MAX_CHANNELS = 5;

/** How long the users of a large audience are gone through before the numbers are given as "at least". */
export const EXPLAINING_MS = 3_000;

export interface ExplainDeps {
  /** A transaction that can change nothing. */
  read: Transact;
  timeLimitMs: number;
}

/** A message that was not stored, as far as its audience goes. */
export interface PlannedAudience {
  /** An id that no message has. */
  messageId: string;
  audience: Exclude<schema.Audience, { kind: "deliveries" }>;
  steps: repository.PlannedSteps;
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

const isListed = (
  audience: schema.Audience,
): audience is Extract<schema.Audience, { kind: "users" | "addresses" }> =>
  audience.kind === "users" || audience.kind === "addresses";

/** Says what would become of an audience. It asks what sending asks, slice by slice, and makes nothing. */
export function createExplainAudience({ read, timeLimitMs }: ExplainDeps) {
  /** Goes through an audience slice by slice, each in a transaction of its own; false when there was no time for all. */
  async function overSlices<S extends { isLast: boolean }>(
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

  const overUsers = (ctx: Tenant, visit: (tx: Tx, slice: Slice & { after: string }) => Promise<void>) =>
    overSlices<Slice & { after: string }>(
      ctx,
      async (tx, { lastUserId: after } = { lastUserId: NO_USER, isLast: false, after: NO_USER }) => ({
        ...(await nextSlice(tx, ctx.tenantId, after)),
        after,
      }),
      visit,
    );

  async function tallySlices(ctx: Tenant, { audience, steps }: PlannedAudience): Promise<AudienceTally> {
    let sum = noTally();
    if (audience.kind === "file") {
      const isExact = await overSlices<FileSlice>(
        ctx,
        (tx, previous) =>
          nextFileSlice(tx, ctx.tenantId, audience, previous?.cursor ?? NO_USER, MAX_CHANNELS),
        async (tx, slice) => {
          sum = addTallies(sum, await repository.tallyFileSlice(tx, ctx.tenantId, audience, steps, slice));
        },
      );
      return { ...sum, isExact };
    }
    const planned = await read(ctx, (tx) => repository.readPlanned(tx, ctx.tenantId, steps));
    const isExact = await overUsers(ctx, async (tx, slice) => {
      sum = addTallies(sum, await repository.tallySlice(tx, ctx.tenantId, planned, slice));
    });
    return { ...sum, isExact };
  }

  return {
    async tally(ctx: Tenant, { messageId, audience, steps }: PlannedAudience): Promise<AudienceTally> {
      if (isListed(audience)) {
        const recipients = listRecipients(messageId, audience);
        const tally = await read(ctx, (tx) => repository.tallyListed(tx, ctx.tenantId, recipients, steps));
        return { ...tally, isExact: true };
      }
      return tallySlices(ctx, { messageId, audience, steps });
    },

    /** What decides about one user, and whether the audience holds them. */
    async tellStory(
      ctx: Tenant,
      { messageId, audience, steps }: PlannedAudience,
      userId: string,
    ): Promise<repository.UserStory & { isInAudience: boolean }> {
      return read(ctx, async (tx) => {
        const story = await repository.readStory(tx, ctx.tenantId, { messageId, userId }, steps);
        if (isListed(audience)) {
          return { ...story, isInAudience: audience.kind === "users" && audience.userIds.includes(userId) };
        }
        if (audience.kind === "file") {
          return { ...story, isInAudience: await isInFile(tx, ctx.tenantId, audience, userId) };
        }
        const planned = await repository.readPlanned(tx, ctx.tenantId, steps);
        const key = story.user?.key;
        const isInAudience =
          key !== undefined && (await repository.isInSlices(tx, ctx.tenantId, planned, key));
        return { ...story, isInAudience };
      });
    },

    /** How many recipients an audience has now. */
    async count(ctx: Tenant, audience: PlannedAudience["audience"]): Promise<AudienceCount> {
      if (isListed(audience)) return { count: listRecipients("", audience).length, isExact: true };
      if (audience.kind === "file") return { count: audience.rowCount, isExact: true };
      let count = 0;
      const isExact = await overUsers(ctx, async (tx, { after, lastUserId }) => {
        count += await countAudience(tx, ctx.tenantId, audience, { after, lastUserId });
      });
      return { count, isExact };
    },
  };
}

export type ExplainAudience = ReturnType<typeof createExplainAudience>;
