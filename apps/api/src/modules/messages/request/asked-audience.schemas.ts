import type { schema } from "@tidings/db";
import { fields, z } from "../../../platform/http/index.ts";
import { SegmentRule } from "../../segments/index.ts";

const count = z.int().min(0);

/** Typed addresses are personal data: how many there are is enough here. */
export const AskedAudience = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("all") }),
    z.object({ kind: z.literal("users"), userIds: z.array(z.string()) }),
    z.object({
      kind: z.literal("tags"),
      any: z.array(z.string()),
      all: z.array(z.string()),
      not: z.array(z.string()),
    }),
    z.object({ kind: z.literal("addresses"), addressCount: count }),
    z.object({
      kind: z.literal("departments"),
      departments: z
        .array(z.object({ id: fields.id("department"), name: z.string() }))
        .openapi({ description: "As they were called when it was accepted." }),
      includeChildren: z.boolean(),
    }),
    z.object({
      kind: z.literal("segment"),
      segmentId: fields.id("segment"),
      name: z.string(),
      rule: SegmentRule,
    }),
    z.object({
      kind: z.literal("file"),
      fileId: fields.id("audienceFile"),
      name: z.string(),
      recipients: z.enum(["addresses", "users"]),
      rowCount: count,
    }),
    z
      .object({ kind: z.literal("deliveries"), messageId: fields.id("message"), deliveryCount: count })
      .openapi({ description: "Those whom deliveries of an earlier message were for, sent again." }),
  ])
  .openapi("AskedAudience", {
    description: "Whom a message was asked to go to; of typed addresses only how many there are.",
  });

export function toAskedAudience(audience: schema.Audience): z.infer<typeof AskedAudience> {
  switch (audience.kind) {
    case "all":
      return { kind: "all" };
    case "users":
      return { kind: "users", userIds: audience.userIds };
    case "tags":
      return { kind: "tags", any: audience.any, all: audience.all, not: audience.not };
    case "addresses":
      return { kind: "addresses", addressCount: audience.addresses.length };
    case "departments": {
      const { departments, includeChildren } = audience;
      return { kind: "departments", departments, includeChildren };
    }
    case "segment": {
      const { segmentId, name, rule } = audience;
      return { kind: "segment", segmentId, name, rule };
    }
    case "file": {
      const { fileId, name, recipients, rowCount } = audience;
      return { kind: "file", fileId, name, recipients, rowCount };
    }
    case "deliveries": {
      const { messageId, deliveryCount } = audience;
      return { kind: "deliveries", messageId, deliveryCount };
    }
  }
}
