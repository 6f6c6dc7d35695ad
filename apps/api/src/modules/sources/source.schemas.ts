import { fields, z } from "../../platform/http/index.ts";
import type { ApiKeyRow, SourceWithGrants } from "./source.repository.ts";

export const CreateSourceBody = z
  .strictObject({ code: fields.code, name: fields.line(80) })
  .openapi("CreateSource");

export const UpdateSourceBody = z
  .strictObject({ name: fields.line(80).optional(), state: fields.switchState.optional() })
  .openapi("UpdateSource");

export const RotateApiKeyBody = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(30 * 86_400)
      .default(86_400)
      .openapi({ description: "How long the old key keeps working, seconds." }),
  })
  .openapi("RotateApiKey");

export const SourceParam = z.object({ sourceId: fields.id("source") });
export const GrantParam = SourceParam.extend({ channelId: fields.id("channel") });
export const ApiKeyParam = SourceParam.extend({ apiKeyId: fields.id("apiKey") });

export const Source = z
  .object({
    id: fields.id("source"),
    code: z.string(),
    name: z.string(),
    state: fields.switchState,
    channels: z
      .array(z.object({ id: fields.id("channel"), name: z.string(), kind: z.string() }))
      .openapi({ description: "The channels granted to the source." }),
    callbackEndpoints: z.object({ count: z.int(), failingCount: z.int(), disabledCount: z.int() }).openapi({
      description: "Where it is told what became of its deliveries, and how many of those do not take it.",
    }),
    createdAt: fields.moment,
    updatedAt: fields.moment,
  })
  .openapi("Source");

export const SourcePage = fields.pageOf(Source).openapi("SourcePage");

export const ApiKey = z
  .object({
    id: fields.id("apiKey"),
    lastFour: z.string(),
    createdAt: fields.moment,
    expiresAt: fields.moment.nullable(),
    revokedAt: fields.moment.nullable(),
    usedAt: fields.moment.nullable(),
  })
  .openapi("ApiKey");

export const ApiKeyList = z
  .object({
    items: z.array(ApiKey),
    maxLiveCount: z.int().openapi({ description: "How many keys of the source may be live at once." }),
  })
  .openapi("ApiKeyList");

export const NewApiKey = ApiKey.extend({
  key: z.string().openapi({ description: "The key itself, shown this once.", example: "td_live_…" }),
}).openapi("NewApiKey");

export function toSource(row: SourceWithGrants): z.infer<typeof Source> {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    state: row.state,
    channels: row.channels,
    callbackEndpoints: row.callbackEndpoints,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function toApiKey(row: ApiKeyRow): z.infer<typeof ApiKey> {
  return {
    id: row.id,
    lastFour: row.lastFour,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    usedAt: row.usedAt?.toISOString() ?? null,
  };
}
