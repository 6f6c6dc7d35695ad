import { fields, z } from "../../../platform/http/index.ts";
import { QUIET_HOURS_HOLDERS } from "../../quiet-hours/index.ts";
import type { ExplainedUser as UserResult } from "./explained-user.rules.ts";
import { type ExplainedQuietHours as EffectResult, sum } from "./explanation.rules.ts";
import type { Deferred as DeferredUntil } from "./timing.rules.ts";

const count = z.int().min(0);

export const Deferred = z
  .object({ count, earliestUntil: fields.moment, latestUntil: fields.moment })
  .openapi("ExplainedDeferral", {
    description: "Those that wait for the end of quiet hours, and when the first and the last of these end.",
  });

export function toDeferred(deferred: readonly DeferredUntil[]): z.infer<typeof Deferred> | null {
  const [first] = deferred;
  const last = deferred.at(-1);
  if (!first || !last) return null;
  return {
    count: sum(deferred),
    earliestUntil: first.until.toISOString(),
    latestUntil: last.until.toISOString(),
  };
}

export const QuietHoursEffect = z
  .object({
    atOnce: count.openapi({ description: "Recipients who would get it without waiting for their end." }),
    deferred: z
      .union([Deferred, z.null()])
      .openapi({ description: "Recipients who would get it when they are over; null: nobody." }),
    dropped: count.openapi({ description: "Recipients whom the message would leave out." }),
    outlasted: count.openapi({
      description: "Recipients who would never get it: the time to live is over before they are.",
    }),
  })
  .openapi("ExplainedQuietHours", {
    description:
      "What quiet hours would do, judged as of `timing.beginsAt` by the settings of now. What its rates hold back for longer meets those that begin meanwhile.",
  });

export const toQuietHoursEffect = ({
  atOnce,
  deferred,
  dropped,
  outlasted,
}: EffectResult): z.infer<typeof QuietHoursEffect> => ({
  atOnce,
  deferred: toDeferred(deferred),
  dropped,
  outlasted,
});

export const UserQuietHours = z
  .object({
    of: z.enum(QUIET_HOURS_HOLDERS).openapi({
      description: "Whose they are: the user's own, those of the message's category, or the tenant's.",
    }),
    timeZone: z.string().openapi({ description: "In which they are set." }),
    endsAt: fields.moment,
    choice: z.enum(["defer", "drop", "ignore"]).openapi({ description: "What the message does in them." }),
    reason: z.string().nullable().openapi({
      description:
        "`quiet_hours`: it waits for their end or is left out; `quiet_hours_outlast_time_to_live`: it would wait for longer than it lives; null: it goes out all the same.",
    }),
  })
  .openapi("ExplainedUserQuietHours");

export const toUserQuietHours = ({
  of,
  timeZone,
  endsAt,
  choice,
  reason,
}: NonNullable<UserResult["quietHours"]>): z.infer<typeof UserQuietHours> => ({
  of,
  timeZone,
  endsAt: endsAt.toISOString(),
  choice,
  reason,
});
