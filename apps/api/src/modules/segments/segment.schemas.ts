import { fields, z } from "../../platform/http/index.ts";
import type { SegmentRecord } from "./segment.repository.ts";
import { isShallow, MAX_CONDITIONS, MAX_RULE_DEPTH, type SegmentRule as Rule } from "./segment.rules.ts";

const attribute = z
  .string()
  .regex(/^[a-z][A-Za-z0-9_]{0,63}$/, "Use letters, digits and _; begin with a small letter.");
const value = z.union([z.string().max(500), z.number(), z.boolean()]);

const Condition = z.union([
  z.strictObject({ attribute, op: z.enum(["eq", "ne"]), value }),
  z.strictObject({ attribute, op: z.literal("in"), value: z.array(value).min(1).max(100) }),
  z.strictObject({ attribute, op: z.enum(["gt", "gte", "lt", "lte"]), value: z.number() }),
  z.strictObject({ attribute, op: z.literal("exists") }),
  z.strictObject({ hasTag: z.string().min(1).max(64).openapi({ description: "A tag's name or id." }) }),
  z.strictObject({
    inDepartment: z.string().min(1).max(64).openapi({ description: "A department's code or id." }),
    includeChildren: z.boolean().default(true),
  }),
]);

const parts = z
  .array(z.lazy(() => SegmentRule))
  .min(1)
  .max(MAX_CONDITIONS);

export const SegmentRule: z.ZodType<Rule, unknown> = z
  .union([
    z.strictObject({ all: parts }),
    z.strictObject({ any: parts }),
    z.strictObject({ not: z.lazy(() => SegmentRule) }),
    Condition,
  ])
  .openapi("SegmentRule", {
    description:
      "Conditions, held together by `all`, `any` and `not`. `ne` also holds for users without the attribute; numbers are compared as numbers. Tags and departments are kept by id, and answered so.",
  });

/** The depth is judged before the rule is read: reading goes as deep as the value. */
const rule = z
  .unknown()
  .refine(isShallow, `A rule has at most ${MAX_RULE_DEPTH} levels.`)
  .pipe(SegmentRule)
  .openapi({ allOf: [{ $ref: "#/components/schemas/SegmentRule" }] });

export const SaveSegmentBody = z.strictObject({ name: fields.line(60), rule }).openapi("SaveSegment");
export const PreviewSegmentBody = z.strictObject({ rule }).openapi("PreviewSegment");
export const SegmentParam = z.object({ segmentId: fields.id("segment") });

export const Segment = z
  .object({
    id: fields.id("segment"),
    name: z.string(),
    rule: SegmentRule,
    usedBy: z.object({ messageCount: z.int(), seriesCount: z.int() }).openapi({
      description:
        "Messages and series still to come that go to it; each keeps the rule it was accepted with.",
    }),
    createdAt: fields.moment,
    updatedAt: fields.moment,
  })
  .openapi("Segment");

export const SegmentPage = fields.pageOf(Segment).openapi("SegmentPage");

export const SegmentPreview = z
  .object({ userCount: z.int().openapi({ description: "Users that match the rule now." }) })
  .openapi("SegmentPreview");

export function toSegment(row: SegmentRecord): z.infer<typeof Segment> {
  return {
    id: row.id,
    name: row.name,
    rule: row.rule,
    usedBy: { messageCount: row.messageCount, seriesCount: row.seriesCount },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
