import { fields, z } from "../../../platform/http/index.ts";
import { formatAmount, MoneySchema, toMoney } from "../../costs/index.ts";
import type { DailyUse } from "../../tenants/index.ts";
import { maskAddress } from "../../users/index.ts";
import { Audience, SendMessageBody } from "../message.schemas.ts";
import type { Explanation as ExplanationResult } from "./explain-message.ts";
import {
  Deferred,
  QuietHoursEffect,
  toDeferred,
  toQuietHoursEffect,
} from "./explained-quiet-hours.schemas.ts";
import {
  conditionOf,
  ExplainedUser,
  named,
  stepCondition,
  toExplainedUser,
} from "./explained-user.schemas.ts";
import type { ExplainedChannel as ChannelResult, ReasonCount as CountedReason } from "./explanation.rules.ts";

export const ExplainMessageBody = SendMessageBody.extend({
  explainUser: fields
    .line(64)
    .optional()
    .openapi({ description: "The tenant's own id of a user whose whole way is to be told." }),
}).openapi("ExplainMessage");

export const CountAudienceBody = z.strictObject({ audience: Audience }).openapi("CountAudience");

const count = z.int().min(0);

export const AudienceCount = z
  .object({
    recipients: count,
    isExact: z.boolean().openapi({ description: "False: there are at least so many." }),
  })
  .openapi("AudienceCount");

const Sample = z
  .object({
    userId: z.string().nullable().openapi({ description: "The tenant's own id; null with a typed address." }),
    name: z.string().nullable(),
    address: z.string().nullable().openapi({ description: "Masked." }),
  })
  .openapi("RecipientSample");

const samples = z
  .array(Sample)
  .openapi({ description: "Up to ten of them, where you may read users; otherwise none." });

const ReasonCount = z
  .object({ reason: z.string().openapi({ example: "no_address" }), count, samples })
  .openapi("ReasonCount");

const ExplainedChannel = z
  .object({
    ...named,
    targeted: count.openapi({ description: "Deliveries that would be made when it begins." }),
    valid: count.openapi({ description: "Those of them that would be sent." }),
    samples,
    deferred: z
      .union([Deferred, z.null()])
      .openapi({ description: "Those of the valid ones that would wait; null: none." }),
    suppressed: z.array(ReasonCount),
    cost: z
      .object({
        units: count,
        unit: z
          .object({ zh: z.string(), en: z.string() })
          .nullable()
          .openapi({ description: "What the vendor bills by; null: messages." }),
        cost: MoneySchema,
        isExact: z.boolean().openapi({
          description: "False: written for some recipients only, who stand for the others.",
        }),
      })
      .nullable()
      .openapi({ description: "An estimate for the valid ones; null: the channel has no price." }),
    ratePerSecond: z.int().nullable().openapi({ description: "The channel's own limit." }),
    pause: z
      .object({
        since: fields.moment,
        cause: z.enum(["refused", "unreachable", "throttled"]).nullable(),
        nextProbeAt: fields.moment.nullable(),
      })
      .nullable()
      .openapi({ description: "The channel is not sent through at the moment: deliveries would wait." }),
  })
  .openapi("ExplainedChannel");

const ExplainedStep = z
  .object({
    step: z.int(),
    ...stepCondition,
    recipients: count.openapi({
      description:
        "Recipients who would get it by this step first, because no earlier one can be sent to them.",
    }),
    channels: z.array(ExplainedChannel),
  })
  .openapi("ExplainedStep");

const amount = z.string().openapi({ description: "A decimal number, exact.", example: "12.50" });

const Cost = z
  .object({
    totals: z
      .array(
        z.object({
          currency: z.string(),
          amount: amount.openapi({ description: "For what would be sent if no vendor said anything." }),
          atMost: amount.openapi({
            description: "With every later step of the policy for everybody it can be sent to.",
          }),
        }),
      )
      .openapi({ description: "By currency; empty where no channel has a price." }),
    unpriced: z
      .array(z.object({ id: fields.id("channel"), name: z.string() }))
      .openapi({ description: "Channels without a price: what they cost is not known, and not added." }),
    isExact: z.boolean().openapi({
      description:
        "False: the texts of some recipients stand for the others, or there was no time for everybody.",
    }),
  })
  .openapi("ExplainedCost", {
    description:
      "An estimate. Vendors bill by their own rules, some only what arrives; what was sent says what was counted.",
  });

const Timing = z
  .object({
    beginsAt: fields.moment.openapi({
      description: "The schedule, or now; later where approval comes first.",
    }),
    perSecond: z
      .number()
      .nullable()
      .openapi({ description: "The message's own rate; null: as fast as it can." }),
    endsAt: fields.moment.nullable().openapi({
      description:
        "When the last delivery of the first step would be sent if only quiet hours and the rates of message and channels held it back; null where nothing waits and nothing has a rate.",
    }),
    expiresAt: fields.moment.nullable(),
    lateCount: count.openapi({
      description: "Deliveries that would still wait when the time to live is over.",
    }),
  })
  .openapi("ExplainedTiming");

const DemandedLevel = z
  .object({
    name: z.string(),
    mode: z.enum(["any", "all"]),
    roles: z.array(z.string()).openapi({ description: "Names of the roles that decide there." }),
    reviewerCount: count.openapi({ description: "Members who may decide there now." }),
  })
  .openapi("DemandedLevel");

export const Explanation = z
  .object({
    recipients: z.object({
      count: count.openapi({ description: "People or typed addresses, each once." }),
      reached: count.openapi({ description: "Those of them whom some step can be sent to." }),
      unreached: count,
      isExact: z.boolean().openapi({
        description: "False: there was no time to look at everybody, and every number means “at least”.",
      }),
    }),
    steps: z.array(ExplainedStep).openapi({
      description:
        "What would be made if no vendor said anything: later steps only for whom no earlier one can be sent.",
    }),
    cost: Cost,
    unreached: z
      .array(ReasonCount)
      .openapi({ description: "Who would get nothing, by quiet hours or else by the first step's reason." }),
    quietHours: QuietHoursEffect,
    timing: Timing,
    approval: z.array(DemandedLevel).openapi({
      description:
        "The levels that have to approve before anything is sent, in order; none: it is sent without.",
    }),
    quota: z
      .object({ used: count, limit: count, left: count })
      .openapi({ description: "Messages of today." }),
    user: z.union([ExplainedUser, z.null()]),
  })
  .openapi("Explanation");

export function toExplanation(
  { recipients, steps, cost, unreached, quietHours, timing, approval, quota, user }: ExplanationResult,
  mayReadUsers: boolean,
): z.infer<typeof Explanation> {
  const moment = (at: Date | null) => at?.toISOString() ?? null;
  return {
    recipients: {
      count: recipients.count,
      reached: recipients.reached,
      unreached: recipients.unreached,
      isExact: recipients.isExact,
    },
    steps: steps.map((step) => ({
      ...conditionOf(step),
      recipients: step.recipients,
      channels: step.channels.map((one) => toExplainedChannel(one, mayReadUsers)),
    })),
    cost: {
      totals: cost.totals.map(({ currency, amount: atOnce, atMost }) => ({
        currency,
        amount: formatAmount(atOnce),
        atMost: formatAmount(atMost),
      })),
      unpriced: cost.unpriced.map(({ id, name }) => ({ id, name })),
      isExact: cost.isExact,
    },
    unreached: unreached.map((one) => toReasonCount(one, mayReadUsers)),
    quietHours: toQuietHoursEffect(quietHours),
    timing: {
      beginsAt: timing.beginsAt.toISOString(),
      perSecond: timing.perSecond,
      endsAt: moment(timing.endsAt),
      expiresAt: moment(timing.expiresAt),
      lateCount: timing.lateCount,
    },
    approval: approval.map(({ name, mode, roles, reviewerCount }) => ({ name, mode, roles, reviewerCount })),
    quota: toQuota(quota),
    user: user && toExplainedUser(user),
  };
}

const toQuota = ({ used, limit }: DailyUse) => ({ used, limit, left: Math.max(0, limit - used) });

const toSamples = (known: CountedReason["samples"], mayReadUsers: boolean) =>
  mayReadUsers
    ? known.map(({ userId, name, address }) => ({ userId, name, address: address && maskAddress(address) }))
    : [];

const toReasonCount = ({ reason, count: times, samples: known }: CountedReason, mayReadUsers: boolean) => ({
  reason,
  count: times,
  samples: toSamples(known, mayReadUsers),
});

const toExplainedChannel = (one: ChannelResult, mayReadUsers: boolean): z.infer<typeof ExplainedChannel> => ({
  id: one.id,
  name: one.name,
  kind: one.kind,
  targeted: one.targeted,
  valid: one.valid,
  samples: toSamples(one.samples, mayReadUsers),
  deferred: toDeferred(one.deferred),
  suppressed: one.suppressed.map((reason) => toReasonCount(reason, mayReadUsers)),
  cost: one.cost && {
    units: one.cost.unitCount,
    unit: one.cost.unit,
    cost: toMoney(one.cost.cost),
    isExact: one.cost.isExact,
  },
  ratePerSecond: one.ratePerSecond,
  pause: one.pause && {
    since: one.pause.since.toISOString(),
    cause: one.pause.cause,
    nextProbeAt: one.pause.nextProbeAt?.toISOString() ?? null,
  },
});
