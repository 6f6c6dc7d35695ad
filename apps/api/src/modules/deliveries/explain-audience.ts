import type { schema } from "@tidings/db";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact } from "../../platform/database/index.ts";
import { listRecipients } from "./expander.ts";
import * as repository from "./explaining.repository.ts";
import { addTallies, noTally, type Tally } from "./explanation.rules.ts";
import { countAudience, NO_USER, nextSlice, type Slice } from "./slice.repository.ts";

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
  async function overSlices(
    ctx: Tenant,
    visit: (tx: Parameters<Parameters<Transact>[1]>[0], slice: Slice & { after: string }) => Promise<void>,
  ): Promise<boolean> {
    const endsAt = performance.now() + timeLimitMs;
    let after = NO_USER;
    for (let isLast = false; !isLast; ) {
      if (after !== NO_USER && performance.now() > endsAt) return false;
      const slice = await read(ctx, async (tx) => {
        const next = await nextSlice(tx, ctx.tenantId, after);
        await visit(tx, { ...next, after });
        return next;
      });
      ({ lastUserId: after, isLast } = slice);
    }
    return true;
  }

  return {
    async tally(ctx: Tenant, { messageId, audience, steps }: PlannedAudience): Promise<AudienceTally> {
      if (isListed(audience)) {
        const recipients = listRecipients(messageId, audience);
        const tally = await read(ctx, (tx) => repository.tallyListed(tx, ctx.tenantId, recipients, steps));
        return { ...tally, isExact: true };
      }
      const planned = await read(ctx, (tx) => repository.readPlanned(tx, ctx.tenantId, steps));
      let sum = noTally();
      const isExact = await overSlices(ctx, async (tx, slice) => {
        sum = addTallies(sum, await repository.tallySlice(tx, ctx.tenantId, planned, slice));
      });
      return { ...sum, isExact };
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
      let count = 0;
      const isExact = await overSlices(ctx, async (tx, { after, lastUserId }) => {
        count += await countAudience(tx, ctx.tenantId, audience, { after, lastUserId });
      });
      return { count, isExact };
    },
  };
}

export type ExplainAudience = ReturnType<typeof createExplainAudience>;
