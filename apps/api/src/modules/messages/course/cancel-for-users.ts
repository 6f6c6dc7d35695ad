import { authorize } from "../../../platform/authorization/index.ts";
import type { RequestContext } from "../../../platform/context.ts";
import type { Transact, Tx } from "../../../platform/database/index.ts";
import { type FieldProblem, invalidInput } from "../../../platform/errors.ts";
import { recordAudit } from "../../audit/index.ts";
import { cancelForUsers, finishMessages, readStandings, type UserStanding } from "../../deliveries/index.ts";
import { findUserKeys } from "../../users/index.ts";
import { messageNotCancellable, messageWithoutUsers } from "../message.errors.ts";
import type { MessageRow } from "../message.repository.ts";
import { type LockedCourse, lockCourse } from "./course.repository.ts";
import { isCancellable } from "./schedule.rules.ts";

export interface CancelForUsersDeps {
  transact: Transact;
  /** Throws 404 unless the actor may see the message. */
  getVisible(tx: Tx, ctx: RequestContext, messageId: string): Promise<MessageRow>;
}

/** How many of the users a message stands how for, now that nothing further of it goes to them. */
export type UsersCancellation = Record<UserStanding, number>;

export type CancelForUsers = (
  ctx: RequestContext,
  messageId: string,
  userIds: readonly string[],
) => Promise<UsersCancellation>;

/** Stops a message for some of its users; what a vendor has already is not called back. A repeat changes nothing. */
export function createCancelForUsers({ transact, getVisible }: CancelForUsersDeps): CancelForUsers {
  return async (ctx, messageId, userIds) => {
    authorize(ctx, "send", "Message");
    return transact(ctx, async (tx) => {
      const message = await getVisible(tx, ctx, messageId);
      if (isOfAddresses(message)) {
        throw messageWithoutUsers(
          "The message goes to typed addresses, not to users. Suppress an address to keep it from getting the message, or cancel all of it.",
        );
      }
      const course = await lockCourse(tx, ctx.tenantId, messageId);
      if (!course || !isCancellable(course.state)) {
        throw messageNotCancellable(
          `The message is ${course?.state ?? message.state}; there is nothing to cancel.`,
        );
      }
      const keys = await findUserKeys(tx, ctx.tenantId, userIds);
      assertKnown(userIds, (userId) => keys.has(userId), {
        code: "unknown_user",
        describe: (userId) => `There is no user "${userId}".`,
      });
      const named = [...keys.values()];
      await assertRecipients(tx, ctx, { ...message, course }, { userIds, keys });
      const changed = await cancelForUsers(tx, ctx.tenantId, messageId, named);
      await finishMessages(tx, ctx.tenantId, [messageId]);
      if (changed.newCount > 0 || changed.deliveryCount > 0) {
        await recordAudit(tx, ctx, {
          action: "message.cancelled_for_users",
          subjectId: messageId,
          subjectName: message.title,
          after: { userIds: [...keys.keys()], ...changed },
        });
      }
      return countBy(await readStandings(tx, ctx.tenantId, messageId, named));
    });
  };
}

const isOfAddresses = ({ audience }: MessageRow): boolean =>
  audience.kind === "addresses" || (audience.kind === "file" && audience.recipients !== "users");

/** Whether all deliveries of the first step are made: whoever has none is not one of its recipients. */
const isMade = ({ state, pausedFrom }: LockedCourse): boolean =>
  state === "sending" || (state === "paused" && pausedFrom === "sending");

/** Refuses users of whom it is certain that the message is not for them: somebody else was meant. */
async function assertRecipients(
  tx: Tx,
  { tenantId }: RequestContext,
  { id, audience, course }: MessageRow & { course: LockedCourse },
  { userIds, keys }: { userIds: readonly string[]; keys: ReadonlyMap<string, string> },
): Promise<void> {
  const problem = {
    code: "not_a_recipient",
    describe: (userId: string) => `The message is not for the user "${userId}".`,
  };
  if (isMade(course)) {
    const standings = await readStandings(tx, tenantId, id, [...keys.values()]);
    const isRecipient = (userId: string) => standings.get(keys.get(userId) ?? "") !== "not_made";
    assertKnown(userIds, isRecipient, problem);
  } else if (audience.kind === "users") {
    const named = new Set(audience.userIds);
    assertKnown(userIds, (userId) => named.has(userId), problem);
  }
}

/** As many as other answers name. */
const MOST_NAMED = 50;

function assertKnown(
  userIds: readonly string[],
  isKnown: (userId: string) => boolean,
  { code, describe }: { code: string; describe(userId: string): string },
): void {
  const errors = userIds.flatMap((userId, index): FieldProblem[] =>
    isKnown(userId) ? [] : [{ pointer: `/userIds/${index}`, detail: describe(userId), code }],
  );
  const [first] = errors;
  if (first) throw invalidInput(`${first.pointer}: ${first.detail}`, { errors: errors.slice(0, MOST_NAMED) });
}

function countBy(standings: ReadonlyMap<string, UserStanding>): UsersCancellation {
  const counts = { sent: 0, cancelled: 0, ended: 0, not_made: 0 };
  for (const standing of standings.values()) counts[standing] += 1;
  return counts;
}
