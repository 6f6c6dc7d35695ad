import { fields, z } from "../../platform/http/index.ts";
import { fromBigint } from "../../platform/ids.ts";
import { MoneySchema, toMoney } from "../costs/index.ts";
import { maskAddress } from "../users/index.ts";
import type { DeliveryRow, TimelineEvent } from "./delivery.repository.ts";
import { DELIVERY_STATES, REASONS } from "./delivery.rules.ts";
import type { Resend } from "./resend.repository.ts";

export const DeliveryParam = z.object({ deliveryId: fields.deliveryId });
export const DeliveriesParam = z.object({ messageId: fields.id("message") });

/**
 * A filter that may be repeated in the query; one value and several arrive differently. Unknown values are found here,
 * so that the problem names the parameter and not a place in a list that the caller never wrote.
 */
const severalOf = <Values extends readonly [string, ...string[]]>(values: Values) =>
  z.preprocess((given, ctx) => {
    const several = given === undefined ? [] : [given].flat();
    if (several.some((value) => !values.includes(String(value)))) {
      ctx.addIssue({ code: "custom", message: `Use one or several of ${values.join(", ")}.` });
      return z.NEVER;
    }
    return given === undefined ? undefined : several;
  }, z.array(z.enum(values)).min(1).max(values.length).optional());

const LAST_STEP = 20;

/** Which of a message's deliveries are meant. */
export const deliveryFilter = z.object({
  state: severalOf(DELIVERY_STATES).openapi({
    description: "One state, or several: `state=failed&state=expired`.",
  }),
  engagement: z.enum(["read", "clicked"]).optional().openapi({
    description: "Only those that were read, or clicked; a click counts as reading.",
  }),
  wasted: z.boolean().optional().openapi({
    description: "Only those that were wasted (see `wastedAt`), or only the others.",
  }),
  channelId: fields.id("channel").optional(),
  step: z.int().min(0).max(LAST_STEP).optional(),
  reason: z.string().max(100).optional().openapi({ description: "A reason code, ours or the vendor's." }),
  userId: z.string().max(64).optional().openapi({ description: "The tenant's own id of a user." }),
});

/** The same in a query, where everything is a text. */
export const deliveryFilterQuery = deliveryFilter.extend({
  wasted: z
    .stringbool()
    .optional()
    .openapi({ type: "boolean", description: deliveryFilter.shape.wasted.description }),
  step: z
    .string()
    .regex(/^\d+$/, "Use a whole number.")
    .transform(Number)
    .pipe(z.int().max(LAST_STEP))
    .optional()
    .openapi({ type: "integer", minimum: 0, maximum: LAST_STEP }),
});

export const DeliveryQuery = fields.pageQuery.extend(deliveryFilterQuery.shape);

export const Delivery = z
  .object({
    id: fields.deliveryId,
    messageId: fields.id("message"),
    channel: z.object({ id: fields.id("channel"), name: z.string(), kind: z.string() }),
    user: z.object({ userId: z.string(), name: z.string() }).nullable(),
    step: z.int(),
    state: z.enum(DELIVERY_STATES),
    attemptCount: z.int(),
    address: z.string().nullable().openapi({ description: "Masked unless you may change users." }),
    addressOrigin: z.enum(["all", "source", "channel", "custom", "user"]).nullable(),
    reason: z.string().nullable(),
    reasonDetail: z.string().nullable(),
    createdAt: fields.moment,
    deferredUntil: fields.moment.nullable().openapi({
      description: "When the quiet hours end, or ended, that have kept it back; null when none have.",
    }),
    limitedUntil: fields.moment.nullable().openapi({
      description:
        "When the vendor has, or had, room for its recipient again, whose limits have kept it back; null when none have. While it waits, `reason` is `recipient_limit` and `reasonDetail` the limit: `30/60` is 30 messages in any 60 seconds.",
    }),
    acceptedAt: fields.moment.nullable(),
    deliveredAt: fields.moment.nullable(),
    readAt: fields.moment.nullable(),
    clickedAt: fields.moment.nullable(),
    wastedAt: fields.moment.nullable().openapi({
      description:
        "Of a later step of a policy: when it was known that an earlier step had arrived after all, this one having left already.",
    }),
    units: z.int().nullable().openapi({
      description:
        "What the vendor bills for it; null where the channel had no price, and while nobody knows.",
    }),
    cost: z.union([MoneySchema, z.null()]).openapi({ description: "At the price of that time." }),
  })
  .openapi("Delivery");

export const DeliveryPage = fields.pageOf(Delivery).openapi("DeliveryPage");

export const DeliveryDetail = Delivery.extend({
  resends: z
    .array(z.object({ messageId: fields.id("message"), at: fields.moment }))
    .openapi({ description: "The messages that send it again." }),
  timeline: z.array(
    z.object({
      at: fields.moment,
      kind: z.enum([
        "created",
        "deferred",
        "attempt_started",
        "attempt_ended",
        "receipt",
        "inquiry",
        "recall",
        "state",
      ]),
      type: z.string(),
      code: z.string().nullable(),
      detail: z.string().nullable(),
    }),
  ),
}).openapi("DeliveryDetail");

export function toDelivery(row: DeliveryRow, mayReadAddresses: boolean): z.infer<typeof Delivery> {
  const moment = (at: Date | null) => at?.toISOString() ?? null;
  return {
    id: row.id,
    messageId: row.messageId,
    channel: row.channel,
    user: row.user,
    step: row.step,
    state: row.state,
    attemptCount: row.attemptCount,
    address: row.address === null || mayReadAddresses ? row.address : maskAddress(row.address),
    addressOrigin: row.addressOrigin,
    reason: row.reason,
    reasonDetail: row.reasonDetail,
    createdAt: row.createdAt.toISOString(),
    deferredUntil: moment(row.deferredUntil),
    limitedUntil: moment(row.limitedUntil),
    acceptedAt: moment(row.acceptedAt),
    deliveredAt: moment(row.deliveredAt),
    readAt: moment(row.readAt),
    clickedAt: moment(row.clickedAt),
    wastedAt: moment(row.wastedAt),
    units: row.unitCount,
    cost: row.cost && toMoney(row.cost),
  };
}

export function toDeliveryDetail(
  row: DeliveryRow & { events: TimelineEvent[]; resends: Resend[] },
  mayReadAddresses: boolean,
): z.infer<typeof DeliveryDetail> {
  const delivery = toDelivery(row, mayReadAddresses);
  const created = {
    at: delivery.createdAt,
    kind: "created" as const,
    type: row.addressOrigin ?? "none",
    code: null,
    detail: null,
  };
  const keptBack = (type: string, until: string | null, code: string | null = null) =>
    until ? [{ at: delivery.createdAt, kind: "deferred" as const, type, code, detail: until }] : [];
  const limit = row.reason === REASONS.recipientLimit ? row.reasonDetail : null;
  const deferred = [
    ...keptBack(REASONS.quietHours, delivery.deferredUntil),
    ...keptBack(REASONS.recipientLimit, delivery.limitedUntil, limit),
  ];
  const events = row.events.map((event) => ({
    at: event.at.toISOString(),
    kind: event.kind,
    type: event.type,
    code: event.code ?? (event.kind.startsWith("attempt") ? fromBigint("att", event.id) : null),
    detail: event.detail,
  }));
  const resends = row.resends.map(({ messageId, at }) => ({ messageId, at: at.toISOString() }));
  return { ...delivery, resends, timeline: [created, ...deferred, ...events] };
}
