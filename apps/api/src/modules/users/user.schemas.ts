import { type FieldProblem, ProblemError } from "../../platform/errors.ts";
import { fields, invalidRequest, z } from "../../platform/http/index.ts";
import type { UserRecord } from "./user.repository.ts";
import { MAX_ATTRIBUTES, MAX_DEPARTMENTS, MAX_IDENTITIES, MAX_TAGS, type UserInput } from "./user.rules.ts";
import type { WriteOutcome } from "./write-users.ts";

/** Users that one bulk call may bring. */
const MAX_BULK = 1000;

const userId = z
  .string()
  .regex(/^[A-Za-z0-9._@:-]{1,64}$/, "Use letters, digits and . _ @ : - only; at most 64 characters.")
  .openapi({ description: "The tenant's own id of the user.", example: "2024010123" });

const channelKind = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/, "Not the name of a channel kind.");
const attributeName = z
  .string()
  .regex(/^[a-z][A-Za-z0-9_]{0,63}$/, "Use letters, digits and _; begin with a small letter.");
const attributeValue = z.union([z.string().max(500), z.number(), z.boolean()]);

const attributes = <V extends z.ZodType>(value: V) =>
  z
    .record(attributeName, value)
    .refine(
      (entries) => Object.keys(entries).length <= MAX_ATTRIBUTES,
      `At most ${MAX_ATTRIBUTES} attributes.`,
    )
    .openapi({ maxProperties: MAX_ATTRIBUTES, example: { grade: "三年级", boarding: true } });

const IdentityScope = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("all") }),
    z.strictObject({ kind: z.literal("source"), sourceId: fields.id("source") }),
    z.strictObject({ kind: z.literal("channel"), channelId: fields.id("channel") }),
  ])
  .openapi("IdentityScope", { description: "For whom the address counts; the narrower wins." });

const address = z.string().min(1).max(500);

const IdentityBody = z
  .strictObject({ kind: channelKind, address, scope: IdentityScope.default({ kind: "all" }) })
  .openapi("SaveUserIdentity");

export const SetIdentityBody = z
  .strictObject({ address, scope: IdentityScope.default({ kind: "all" }) })
  .openapi("SetIdentity");

const identities = z.array(IdentityBody).max(MAX_IDENTITIES);
const tags = z.array(fields.line(50)).max(MAX_TAGS).openapi({ description: "Missing tags are created." });
const departments = z
  .array(z.string().min(1).max(64))
  .max(MAX_DEPARTMENTS)
  .openapi({ description: "All departments of the user, by id or code. They have to exist." });

export const CreateUserBody = z
  .strictObject({
    userId,
    name: fields.line(100),
    attributes: attributes(attributeValue).optional(),
    identities: identities.optional(),
    tags: tags.optional(),
    departments: departments.optional(),
  })
  .openapi("CreateUser");

const changes = {
  name: fields
    .line(100)
    .optional()
    .openapi({ description: "A new user without a name is called by its id." }),
  attributes: attributes(attributeValue.nullable())
    .optional()
    .openapi({ description: "Merged with what is known; null takes an attribute away." }),
  identities: identities.optional().openapi({
    description: "Each replaces the user's identity of the same kind and scope; the others stay.",
  }),
  tags: tags.optional().openapi({ description: "All tags of the user. Missing tags are created." }),
  departments: departments.optional(),
};

export const SaveUserBody = z
  .strictObject(changes)
  .openapi("SaveUser", { description: "What is left out stays as it is." });

export const BulkUser = z.strictObject({ userId, ...changes }).openapi("BulkUser");

/** The items are checked one by one, so that a wrong one fails alone. */
export const SaveUsersBody = z
  .strictObject({
    users: z
      .array(z.unknown().openapi({ allOf: [{ $ref: "#/components/schemas/BulkUser" }] }))
      .min(1)
      .max(MAX_BULK),
  })
  .openapi("SaveUsers");

export const UserParam = z.object({ userId });
export const IdentityParam = UserParam.extend({ kind: channelKind });

/** At most one of the two; neither means the identity that counts for all. */
export const IdentityScopeQuery = z
  .object({ sourceId: fields.id("source").optional(), channelId: fields.id("channel").optional() })
  .refine((query) => !(query.sourceId && query.channelId), "Name a source or a channel, not both.");

export const UserQuery = fields.pageQuery.extend({
  query: z
    .string()
    .trim()
    .max(200)
    .optional()
    .openapi({ description: "The beginning of a name or of the tenant's own id, or an exact address." }),
  tag: z.string().trim().max(64).optional().openapi({ description: "A tag's name or id." }),
  department: z
    .string()
    .trim()
    .max(64)
    .optional()
    .openapi({ description: "A department's code or id; users of those below it count." }),
});

const UserDepartment = z
  .object({
    id: fields.id("department"),
    path: z.array(z.string()).openapi({ description: "The names from the top of the tree down to it." }),
  })
  .openapi("UserDepartment");

export const User = z
  .object({
    id: fields.id("user"),
    userId: z.string().openapi({ description: "The tenant's own id of the user." }),
    name: z.string(),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    identities: z
      .array(z.object({ kind: z.string(), address: z.string(), scope: IdentityScope }))
      .openapi({ description: "Addresses are masked for readers who may not update users." }),
    tags: z.array(z.string()),
    departments: z.array(UserDepartment),
    createdAt: fields.moment,
    updatedAt: fields.moment,
  })
  .openapi("User");

export const UserPage = fields.pageOf(User).openapi("UserPage");

export const SaveUsersResult = z
  .object({
    items: z
      .array(
        z.object({
          index: z.int(),
          status: z.enum(["created", "updated", "failed"]),
          errors: z
            .array(z.object({ pointer: z.string(), detail: z.string(), code: z.string() }))
            .optional()
            .openapi({ description: "With `failed`: what is wrong. Pointers begin at the user." }),
        }),
      )
      .openapi({ description: "One for each user, in the order of the request." }),
  })
  .openapi("SaveUsersResult");

export function toUser(row: UserRecord): z.infer<typeof User> {
  return {
    id: row.id,
    userId: row.externalId,
    name: row.name,
    attributes: row.attributes,
    identities: row.identities.map(({ kind, address, scope }) => ({ kind, address, scope })),
    tags: row.tags,
    departments: row.departments.map(({ id, path }) => ({ id, path })),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** An item of a bulk call: the user it describes, or why it describes none. */
export function readBulkUser(item: unknown): UserInput | ProblemError {
  const parsed = BulkUser.safeParse(item);
  return parsed.success ? parsed.data : invalidRequest(parsed.error.issues, "json");
}

/** Puts the outcomes of the users that were read and the errors of the others in the order of the request. */
export function toSaveUsersResult(
  items: readonly (UserInput | ProblemError)[],
  outcomes: readonly WriteOutcome[],
): z.infer<typeof SaveUsersResult> {
  const remaining = [...outcomes];
  return {
    items: items.map((item, index) => {
      if (item instanceof ProblemError) return { index, status: "failed", errors: errorsOf(item) };
      const outcome = remaining.shift();
      if (outcome?.status !== "failed") return { index, status: outcome?.status ?? "updated" };
      return { index, status: "failed", errors: errorsOf(outcome.problem) };
    }),
  };
}

function errorsOf(problem: ProblemError): FieldProblem[] {
  return problem.options.errors ?? [{ pointer: "", detail: problem.message, code: problem.type.code }];
}
