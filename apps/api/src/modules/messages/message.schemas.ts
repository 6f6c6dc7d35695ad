import { fields, z } from "../../platform/http/index.ts";
import { MoneySchema } from "../costs/index.ts";
import { MessageCategorySchema, TrackingSchema } from "../templates/index.ts";
import type { AcceptedMessage as Accepted } from "./accept/accepted-message.ts";
import type { UsersCancellation as UsersCancellationCounts } from "./course/cancel-for-users.ts";
import type { MessageProgress, MessageRow } from "./message.repository.ts";
import type { MessageDetail as MessageDetailRow } from "./message.service.ts";
import { AskedAudience, toAskedAudience } from "./request/asked-audience.schemas.ts";
import { Exclusions, SendingOptionFields } from "./request/sending-options.schemas.ts";

/** Recipients that one request may name; larger audiences are tags or everyone. */
export const MAX_LISTED_RECIPIENTS = 1000;

const variableValue = z.union([z.string().max(2000), z.number()]);
const variables = z
  .record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]{0,63}$/), variableValue)
  .refine((values) => Object.keys(values).length <= 50, "At most 50 variables.");

const userIds = z.array(fields.line(64)).min(1).max(MAX_LISTED_RECIPIENTS);
const tagNames = z.array(fields.line(60)).max(20);
const departmentIds = z.array(fields.id("department")).min(1).max(50);

export const audienceKind = z.enum([
  "all",
  "users",
  "tags",
  "departments",
  "segment",
  "addresses",
  "file",
  "deliveries",
]);

export const Audience = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("all") }),
    z.strictObject({ kind: z.literal("users"), userIds }),
    z
      .strictObject({
        kind: z.literal("tags"),
        any: tagNames.default([]),
        all: tagNames.default([]),
        not: tagNames.default([]),
      })
      .refine((tags) => tags.any.length + tags.all.length > 0, "Name at least one tag in any or all."),
    z.strictObject({
      kind: z.literal("addresses"),
      addresses: z
        .array(z.strictObject({ address: fields.line(500), variables: variables.optional() }))
        .min(1)
        .max(MAX_LISTED_RECIPIENTS),
    }),
    z.strictObject({
      kind: z.literal("departments"),
      departmentIds,
      includeChildren: z
        .boolean()
        .default(true)
        .openapi({ description: "Whether those below them count. Who is in several is reached once." }),
    }),
    z
      .strictObject({ kind: z.literal("segment"), segmentId: fields.id("segment") })
      .openapi({ description: "The message keeps the rule that the segment has now." }),
    z
      .strictObject({ kind: z.literal("file"), fileId: fields.id("audienceFile") })
      .openapi({ description: "The rows of an uploaded file, each with its own variables." }),
  ])
  .openapi("Audience");

const channelReference = z.string().min(1).max(64).openapi({ description: "A channel's code or id." });

const Rate = z
  .union([
    z.strictObject({ perSecond: z.number().min(0.01).max(100_000) }),
    z.strictObject({ overMinutes: z.int().min(1).max(10_080) }),
  ])
  .openapi({
    description: "Deliveries a second at most, or all of them spread over so many minutes (at most a week).",
  });

const MAX_TTL_SECONDS = 10 * 86_400;

/** When something begins. */
export const ScheduleFields = {
  at: z.iso.datetime({ offset: true }),
  timeZone: z
    .string()
    .min(1)
    .max(64)
    .openapi({ description: "An IANA zone, shown beside the time.", example: "Asia/Shanghai" }),
};

const Schedule = z.strictObject(ScheduleFields).openapi("Schedule", {
  description:
    "When to begin; the audience is worked out then, and not before. Up to ten minutes past means now; at most a year ahead.",
});

/** Everything that is asked of a message but its time. */
export const SendMessageFields = {
  audience: Audience,
  channels: z
    .array(channelReference)
    .min(1)
    .max(5)
    .optional()
    .openapi({ description: "Channels that are sent to at once. Leave out when a policy is given." }),
  policy: fields.id("policy").optional(),
  template: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .openapi({ description: "A published template's code or id. Leave out when content is given." }),
  content: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,31}$/), z.record(z.string().max(64), z.string().max(100_000)))
    .optional()
    .openapi({ description: "Channel kind → field → text, where no template is used." }),
  tracking: TrackingSchema.optional(),
  variables: variables.default({}),
  priority: z.int().min(1).max(3).default(2).openapi({ description: "1 high, 2 medium, 3 low" }),
  rate: Rate.optional(),
  ...SendingOptionFields,
  ttlSeconds: z.int().min(60).max(MAX_TTL_SECONDS).optional().openapi({
    description:
      "What has not been sent this long after the message was to begin never is: it becomes `expired`. Up to ten days.",
  }),
};

export const SendMessageBody = z
  .strictObject({ ...SendMessageFields, schedule: Schedule.optional() })
  .openapi("SendMessage");

export const IdempotencyHeader = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, "Use 1 to 255 printable ASCII characters without spaces.")
    .optional()
    .openapi({
      description:
        "A repeat with the same key and body answers the first result and sends nothing. Remembered for 30 days.",
    }),
});

export const AcceptedMessage = z
  .object({
    id: fields.id("message"),
    outcome: z.enum(["accepted", "scheduled", "awaiting_approval"]),
    createdAt: fields.moment,
  })
  .openapi("AcceptedMessage");

export const toAcceptedMessage = ({ id, outcome, createdAt }: Accepted): z.infer<typeof AcceptedMessage> => ({
  id,
  outcome,
  createdAt: createdAt.toISOString(),
});

const messageState = z.enum([
  "pending_approval",
  "rejected",
  "scheduled",
  "expanding",
  "sending",
  "paused",
  "completed",
  "cancelled",
  "expired",
]);

export const MessageQuery = fields.pageQuery.extend({
  state: messageState.optional(),
  sourceId: fields.id("source").optional(),
  channelId: fields
    .id("channel")
    .optional()
    .openapi({ description: "Only messages that have deliveries by this channel." }),
  isTest: z
    .stringbool()
    .optional()
    .openapi({ type: "boolean", description: "Only, or all but, what was sent to try a channel." }),
  reason: fields.line(100).optional().openapi({
    description: "Only messages with deliveries that have this reason, ours or a vendor's code.",
  }),
});

export const UpdateMessageBody = z
  .strictObject({
    schedule: Schedule.optional(),
    rate: Rate.nullable().optional().openapi({ description: "Null: as fast as it can." }),
  })
  .refine(({ schedule, rate }) => schedule !== undefined || rate !== undefined, "Give a schedule or a rate.")
  .openapi("UpdateMessage");

export const CancelForUsersBody = z.strictObject({ userIds }).openapi("CancelForUsers");

export const MessageParam = z.object({ messageId: fields.id("message") });

const count = z.int().min(0);

export const UsersCancellation = z
  .object({
    cancelledCount: count.openapi({
      description: "Users whose deliveries have been stopped, now or before.",
    }),
    sentCount: count.openapi({
      description:
        "Users to whom something has been sent already, or is just being sent. That stays; no further step follows.",
    }),
    endedCount: count.openapi({
      description: "Users whose deliveries had failed or been left out before. No further step follows.",
    }),
    notMadeCount: count.openapi({
      description:
        "Users whose deliveries are not made yet. Where they are of the audience, they will be made cancelled.",
    }),
  })
  .openapi("UsersCancellation", {
    description: "How a message stands for the users for whom it was cancelled.",
  });

export const toUsersCancellation = (counts: UsersCancellationCounts): z.infer<typeof UsersCancellation> => ({
  cancelledCount: counts.cancelled,
  sentCount: counts.sent,
  endedCount: counts.ended,
  notMadeCount: counts.not_made,
});

const Counts = z
  .object({
    targeted: count,
    valid: count,
    submitted: count,
    delivered: count,
    undelivered: count,
    read: count,
    clicked: count,
    suppressed: count,
    failed: count,
    unknown: count,
    cancelled: count,
    expired: count,
    recalled: count,
    wasted: count.openapi({
      description: "Of later steps of a policy: had left although an earlier step arrived after all.",
    }),
  })
  .openapi("Counts", {
    description:
      "Deliveries by what became of them. A message's own counts go over all its steps and channels: somebody whom a second step tries counts twice.",
  });

const cost = z.array(MoneySchema).openapi({
  description:
    "What vendors bill for what they took, at the prices of the channels at that time, by currency; empty where none had one.",
});

export const Message = z
  .object({
    id: fields.id("message"),
    title: z.string(),
    state: messageState,
    priority: z.int(),
    source: z
      .object({ id: fields.id("source"), name: z.string() })
      .nullable()
      .openapi({ description: "Null when a member composed it." }),
    author: z.object({ id: fields.id("member"), name: z.string() }).nullable(),
    audienceKind,
    needsApproval: z.boolean(),
    isTest: z.boolean().openapi({
      description: "Sent to try a channel; the statistics of the tenant and of its channels leave it out.",
    }),
    recipients: count.openapi({
      description:
        "How many people or typed addresses it is for, each once; 0 until they are worked out, which starts after approval.",
    }),
    counts: Counts,
    cost,
    scheduledAt: fields.moment.nullable().openapi({ description: "Null when it was to begin at once." }),
    timeZone: z.string().nullable().openapi({ description: "The IANA zone the schedule was given in." }),
    pausedFrom: messageState
      .nullable()
      .openapi({ description: "What a paused message was, and will be when it is resumed." }),
    rate: Rate.nullable().openapi({ description: "Null: as fast as it can." }),
    expiresAt: fields.moment.nullable().openapi({ description: "What has not been sent by then never is." }),
    expansionFailure: z
      .object({
        count: count.openapi({ description: "Failures in a row." }),
        triedAgainAt: fields.moment.openapi({ description: "When it is tried again at the earliest." }),
      })
      .nullable()
      .openapi({
        description:
          "That its deliveries could not be made, which is tried again until it works or the message ends. Null: nothing has gone wrong.",
      }),
    createdAt: fields.moment,
    completedAt: fields.moment.nullable(),
  })
  .openapi("Message");

export const MessagePage = fields.pageOf(Message).openapi("MessagePage");

const NamedChannel = z.object({ id: fields.id("channel"), name: z.string(), kind: z.string() });

/** What something says and by which policy it goes. */
export const MessageContentFields = {
  template: z.object({ id: fields.id("template"), name: z.string(), version: z.int() }).nullable(),
  content: z.record(z.string(), z.record(z.string(), z.string())),
  tracking: TrackingSchema,
  variables: z.record(z.string(), variableValue),
  contentHash: z.string().openapi({ description: "SHA-256 in hex; an approval binds to it." }),
  policy: z.object({ id: fields.id("policy"), name: z.string(), version: z.int() }).nullable(),
};

export const MessageDetail = Message.extend({
  audience: AskedAudience,
  category: MessageCategorySchema,
  quietHours: z
    .enum(["defer", "drop", "ignore"])
    .nullable()
    .openapi({ description: "What quiet hours do to it, where the message says so." }),
  ...MessageContentFields,
  seriesId: fields
    .id("series")
    .nullable()
    .openapi({ description: "The series that it is an occurrence of." }),
  steps: z.array(
    z.object({
      step: z.int(),
      when: z.enum(["failed", "undelivered", "unread"]).nullable(),
      afterSeconds: z.int().nullable(),
      channels: z.array(NamedChannel.extend({ counts: Counts, units: count, cost })),
    }),
  ),
  exclusions: Exclusions,
  cancelledUserCount: count.openapi({ description: "Users for whom it was cancelled by their ids." }),
  approvalRequestId: z.string().nullable(),
}).openapi("MessageDetail");

export function toMessage(row: MessageRow & MessageProgress): z.infer<typeof Message> {
  return {
    id: row.id,
    title: row.title,
    state: row.state,
    priority: row.priority,
    source: row.source,
    author: row.author,
    audienceKind: row.audience.kind,
    needsApproval: row.needsApproval,
    isTest: row.isTest,
    recipients: row.recipients,
    counts: row.counts,
    cost: row.cost,
    scheduledAt: row.scheduledAt?.toISOString() ?? null,
    timeZone: row.timeZone,
    pausedFrom: row.pausedFrom,
    rate: row.rate,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    expansionFailure: expansionFailureOf(row),
    createdAt: row.createdAt.toISOString(),
    completedAt: row.completedAt?.toISOString() ?? null,
  };
}

/** Of a message that is still to be expanded. */
export function expansionFailureOf({
  state,
  expandFailureCount,
  expandAgainAt,
}: Pick<MessageRow, "state" | "expandFailureCount" | "expandAgainAt">) {
  if (state !== "expanding" || !expandAgainAt) return null;
  return { count: expandFailureCount, triedAgainAt: expandAgainAt.toISOString() };
}

export function toMessageDetail(message: MessageDetailRow): z.infer<typeof MessageDetail> {
  return {
    ...toMessage(message),
    audience: toAskedAudience(message.audience),
    category: message.category,
    quietHours: message.options.quietHours ?? null,
    template: message.template,
    content: message.renderings,
    tracking: message.tracking,
    variables: message.variables,
    contentHash: Buffer.from(message.contentHash).toString("hex"),
    policy: message.policy && {
      id: message.policy.id,
      name: message.policy.name,
      version: message.policy.version,
    },
    steps: message.steps,
    seriesId: message.seriesId,
    exclusions: message.exclusions,
    cancelledUserCount: message.cancelledUserCount,
    approvalRequestId: message.approvalRequestId,
  };
}
