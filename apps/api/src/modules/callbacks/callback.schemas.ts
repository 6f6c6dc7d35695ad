import { fields, z } from "../../platform/http/index.ts";
import type { CallbackRow } from "./callback.repository.ts";
import { EVENT_TYPES } from "./callback.rules.ts";
import type { EndpointRow } from "./callback-endpoint.repository.ts";

export const MAX_URL_LENGTH = 2_000;

const eventTypes = z
  .array(z.enum(EVENT_TYPES))
  .min(1)
  .max(EVENT_TYPES.length)
  .refine((types) => new Set(types).size === types.length, "Name each type once.")
  .openapi({ description: "What the endpoint is told of." });

// Only what the program that starts the server allows by name may be http; that is looked at with the address itself.
const url = z
  .url({ protocol: /^https?$/, error: "Use an https address." })
  .max(MAX_URL_LENGTH)
  .refine((text) => (URL.parse(text)?.href.length ?? 0) <= MAX_URL_LENGTH, {
    error: `Use an address of at most ${MAX_URL_LENGTH} characters as it is called: what is not ASCII is written with more.`,
  });

export const CreateCallbackEndpointBody = z
  .strictObject({ url, eventTypes: eventTypes.default([...EVENT_TYPES]) })
  .openapi("CreateCallbackEndpoint");

export const UpdateCallbackEndpointBody = z
  .strictObject({
    url: url.optional(),
    eventTypes: eventTypes.optional(),
    state: fields.switchState
      .optional()
      .openapi({ description: "`on` also for one that was disabled since nothing got through." }),
  })
  .openapi("UpdateCallbackEndpoint");

export const RotateCallbackSecretBody = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(7 * 86_400)
      .default(86_400)
      .openapi({ description: "How long calls are signed with the old secret as well, seconds." }),
  })
  .openapi("RotateCallbackSecret");

export const SourceParam = z.object({ sourceId: fields.id("source") });
export const EndpointParam = SourceParam.extend({ endpointId: fields.id("callbackEndpoint") });
export const CallbackParam = EndpointParam.extend({ callbackId: fields.id("callback") });

export const CallbackEndpoint = z
  .object({
    id: fields.id("callbackEndpoint"),
    url: z.string(),
    eventTypes: z.array(z.enum(EVENT_TYPES)),
    state: z
      .enum(["on", "off", "disabled"])
      .openapi({ description: "`disabled`: switched off by us, since nothing got through for long." }),
    disabledReason: z.enum(["gone", "failing"]).nullable(),
    disabledAt: fields.moment.nullable(),
    failingSince: fields.moment
      .nullable()
      .openapi({ description: "Since when no call has got through; null while they do." }),
    secrets: z
      .array(z.object({ version: z.int(), createdAt: fields.moment, expiresAt: fields.moment.nullable() }))
      .openapi({ description: "What calls are signed with at the moment, without the secrets themselves." }),
    counts: z
      .object({ waiting: z.int(), dead: z.int() })
      .openapi({ description: "Calls under way, and calls that were given up and can be replayed." }),
    createdAt: fields.moment,
    updatedAt: fields.moment,
  })
  .openapi("CallbackEndpoint");

export const CallbackEndpointList = z
  .object({ items: z.array(CallbackEndpoint), maxCount: z.int() })
  .openapi("CallbackEndpointList");

const secret = z.string().openapi({ description: "The secret itself, shown this once.", example: "whsec_…" });

export const NewCallbackEndpoint = CallbackEndpoint.extend({ secret }).openapi("NewCallbackEndpoint");

export const CallbackState = z.enum(["waiting", "delivered", "dead"]);

export const CallbackAttempt = z
  .object({
    at: fields.moment,
    durationMs: z.int(),
    status: z
      .int()
      .nullable()
      .openapi({ description: "The receiver's HTTP status; null without an answer." }),
    error: z
      .string()
      .nullable()
      .openapi({ description: "Why there was no answer, or none that counts: a code of ours." }),
  })
  .openapi("CallbackAttempt");

export const Callback = z
  .object({
    id: fields.id("callback").openapi({ description: "The `webhook-id` of the call; it stays the same." }),
    state: CallbackState,
    eventCount: z.int(),
    attemptCount: z.int(),
    attempts: z.array(CallbackAttempt).openapi({ description: "The latest 20 tries, oldest first." }),
    createdAt: fields.moment,
    nextAt: fields.moment.nullable().openapi({ description: "When it is tried next; null once it is over." }),
    endsAt: fields.moment.openapi({ description: "When it is given up." }),
    endedAt: fields.moment.nullable(),
  })
  .openapi("Callback");

export const CallbackEvent = z
  .object({
    id: z.string().openapi({
      description: "Stays the same however often it is told.",
      example: "dlv_0000000000001.delivered",
    }),
    type: z.enum(EVENT_TYPES),
    at: fields.moment,
    messageId: fields.id("message"),
    deliveryId: fields.deliveryId,
    step: z.int(),
    channel: z.object({ id: fields.id("channel"), code: z.string(), kind: z.string() }),
    userId: z
      .string()
      .nullable()
      .openapi({ description: "As the source knows the user; null with an address of its own." }),
    address: z.string().nullable().openapi({ description: "Only where the message named addresses." }),
    reason: z.string().nullable().openapi({ description: "A reason code of ours, or the vendor's code." }),
  })
  .openapi("CallbackEvent");

export const CallbackDetail = Callback.extend({ events: z.array(CallbackEvent) }).openapi("CallbackDetail");

/** What an endpoint is called with. */
export const CallbackBody = z
  .object({
    type: z.enum(["deliveries", "test"]),
    timestamp: fields.moment,
    data: z.object({ events: z.array(CallbackEvent) }),
  })
  .openapi("CallbackBody");

export const CallbackPage = fields.pageOf(Callback).openapi("CallbackPage");
export const CallbackQuery = fields.pageQuery.extend({ state: CallbackState.optional() });

/** How a call for trying went. */
export const CallbackTest = z
  .object({ isReceived: z.boolean(), attempt: CallbackAttempt })
  .openapi("CallbackTest");

export const CallbackReplay = z
  .object({ count: z.int().openapi({ description: "Calls that are made again." }) })
  .openapi("CallbackReplay");

export function toCallbackEndpoint(row: EndpointRow): z.infer<typeof CallbackEndpoint> {
  return {
    id: row.id,
    url: row.url,
    eventTypes: row.eventTypes,
    state: row.state,
    disabledReason: row.disabledReason,
    disabledAt: row.disabledAt?.toISOString() ?? null,
    failingSince: row.failingSince?.toISOString() ?? null,
    secrets: row.secrets.map(({ version, createdAt, expiresAt }) => ({
      version,
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null,
    })),
    counts: row.counts,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function toCallback(row: CallbackRow): z.infer<typeof Callback> {
  return {
    id: row.id,
    state: row.state,
    eventCount: row.eventCount,
    attemptCount: row.attemptCount,
    attempts: row.attempts,
    createdAt: row.createdAt.toISOString(),
    nextAt: row.nextAt?.toISOString() ?? null,
    endsAt: row.endsAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
