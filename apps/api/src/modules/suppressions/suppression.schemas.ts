import { type FieldProblem, ProblemError } from "../../platform/errors.ts";
import { fields, invalidRequest, z } from "../../platform/http/index.ts";
import type { SuppressionRow } from "./suppression.repository.ts";
import { maskRecipient, misnamed, SUPPRESSION_ORIGINS } from "./suppression.rules.ts";
import type { NewSuppression, SuppressionOutcome } from "./suppression.service.ts";

/** Entries that one bulk call may bring. */
const MAX_BULK = 1000;

export const RecipientFields = {
  userId: z
    .string()
    .regex(/^[A-Za-z0-9._@:-]{1,64}$/, "Use letters, digits and . _ @ : - only; at most 64 characters.")
    .optional()
    .openapi({ description: "The tenant's own id of a user; instead of an address." }),
  kind: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,31}$/, "Not the name of a channel kind.")
    .optional()
    .openapi({
      description: "The channel kind of the address; with a user, only by this kind.",
      example: "sms",
    }),
  address: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .optional()
    .openapi({ description: "As users have it. `@` and a domain stand for every address in it." }),
};

const origin = z.enum(SUPPRESSION_ORIGINS);

const SuppressionFields = z.strictObject({
  ...RecipientFields,
  sourceId: fields.id("source").optional().openapi({
    description:
      "Only what this source sends; without it everything. A source's own key always means itself.",
  }),
  origin: origin.default("manual"),
  code: fields.line(64).optional().openapi({ description: "The vendor's code that led to it." }),
  note: fields.line(200).optional(),
  expiresAt: fields.moment.optional().openapi({
    description: "When it ends by itself; without it when somebody deletes it.",
  }),
});

export const CreateSuppressionBody = SuppressionFields.superRefine((body, ctx) => {
  const fault = misnamed(body);
  if (fault) ctx.addIssue({ code: "custom", path: [fault.path], message: fault.message });
}).openapi("CreateSuppression");

/** The items are checked one by one, so that a wrong one fails alone. */
export const CreateSuppressionsBody = z
  .strictObject({
    suppressions: z
      .array(z.unknown().openapi({ allOf: [{ $ref: "#/components/schemas/CreateSuppression" }] }))
      .min(1)
      .max(MAX_BULK),
  })
  .openapi("CreateSuppressions");

export const LookUpSuppressionsBody = z
  .strictObject({ ...RecipientFields, sourceId: fields.id("source").optional() })
  .superRefine((body, ctx) => {
    const fault = misnamed(body);
    if (fault) ctx.addIssue({ code: "custom", path: [fault.path], message: fault.message });
  })
  .openapi("LookUpSuppressions");

export const SuppressionParam = z.object({ suppressionId: fields.id("suppression") });

export const SuppressionQuery = fields.pageQuery.extend({
  query: z.string().trim().max(500).optional().openapi({ description: "A user's id or an exact address." }),
  kind: z.string().max(32).optional(),
  origin: origin.optional(),
  sourceId: fields.id("source").optional(),
  state: z.enum(["active", "expired"]).optional(),
  deliveryId: fields.deliveryId.optional().openapi({
    description: "Entries that concern the recipient of this delivery.",
  }),
  userId: z.string().max(64).optional().openapi({
    description: "Entries of this user by the tenant's own id, and of its addresses.",
  }),
});

export const Suppression = z
  .object({
    id: fields.id("suppression"),
    user: z
      .object({ userId: z.string(), name: z.string().nullable() })
      .nullable()
      .openapi({ description: "The name is null once the user is deleted; the entry stays." }),
    kind: z.string().nullable().openapi({ description: "Null: every kind." }),
    address: z.string().nullable().openapi({ description: "Masked unless you may change users." }),
    source: z
      .object({ id: fields.id("source"), name: z.string() })
      .nullable()
      .openapi({ description: "Null: for the whole tenant." }),
    origin,
    code: z.string().nullable(),
    note: z.string().nullable(),
    expiresAt: fields.moment.nullable(),
    isActive: z.boolean().openapi({ description: "False once it has expired." }),
    by: z.object({
      kind: z.enum(["member", "source", "platform"]),
      name: z.string().nullable().openapi({ description: "Null for the platform, and for who is gone." }),
    }),
    delivery: z
      .object({ id: fields.deliveryId, messageId: fields.id("message") })
      .nullable()
      .openapi({ description: "The delivery that led to it." }),
    createdAt: fields.moment,
    updatedAt: fields.moment,
  })
  .openapi("Suppression");

export const SuppressionPage = fields.pageOf(Suppression).openapi("SuppressionPage");
export const FoundSuppressions = z
  .object({
    items: z.array(Suppression).openapi({ description: "What keeps messages back; empty: nothing." }),
  })
  .openapi("FoundSuppressions");

export const CreateSuppressionsResult = z
  .object({
    items: z
      .array(
        z.object({
          index: z.int(),
          status: z.enum(["created", "updated", "failed"]),
          errors: z
            .array(z.object({ pointer: z.string(), detail: z.string(), code: z.string() }))
            .optional()
            .openapi({ description: "With `failed`: what is wrong. Pointers begin at the entry." }),
        }),
      )
      .openapi({ description: "One for each entry, in the order of the request." }),
  })
  .openapi("CreateSuppressionsResult");

const clear = (row: SuppressionRow, mayReadAddresses: boolean) =>
  row.address === null || mayReadAddresses ? row.address : maskRecipient(row.address);

export function toSuppression(row: SuppressionRow, mayReadAddresses: boolean): z.infer<typeof Suppression> {
  return {
    id: row.id,
    user: row.user,
    kind: row.kind,
    address: clear(row, mayReadAddresses),
    source: row.source,
    origin: row.origin,
    code: row.code,
    note: row.note,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    isActive: row.isActive,
    by: row.by,
    delivery: row.delivery,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** An item of a bulk call: the entry it describes, or why it describes none. */
export function readSuppression(item: unknown): NewSuppression | ProblemError {
  const parsed = CreateSuppressionBody.safeParse(item);
  return parsed.success ? parsed.data : invalidRequest(parsed.error.issues, "json");
}

/** Puts the outcomes of the entries that were read and the errors of the others in the order of the request. */
export function toCreateSuppressionsResult(
  items: readonly (NewSuppression | ProblemError)[],
  outcomes: readonly SuppressionOutcome[],
): z.infer<typeof CreateSuppressionsResult> {
  const remaining = [...outcomes];
  return {
    items: items.map((item, index) => {
      if (item instanceof ProblemError) return { index, status: "failed", errors: errorsOf(item) };
      const outcome = remaining.shift();
      if (outcome?.status === "failed") return { index, status: "failed", errors: outcome.errors };
      return { index, status: outcome?.status ?? "updated" };
    }),
  };
}

function errorsOf(problem: ProblemError): FieldProblem[] {
  return problem.options.errors ?? [{ pointer: "", detail: problem.message, code: problem.type.code }];
}
