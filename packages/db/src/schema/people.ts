import {
  foreignKey,
  index,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, identityId, tagId, tenantId, updatedAt, userId } from "./columns.ts";
import { tenants } from "./tenancy.ts";

/** The tenant's end user, under the tenant's own user id. */
export const users = pgTable(
  "users",
  {
    tenantId: tenantId(),
    id: userId("id").notNull(),
    /** The tenant's own id of the person. */
    externalId: text("external_id").notNull(),
    name: text("name").notNull(),
    attributes: jsonb("attributes").$type<Record<string, string | number | boolean>>().notNull().default({}),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.externalId),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
);

/** For whom an identity counts: every source, one source, or one channel. Narrower wins. */
export const identityScope = pgEnum("identity_scope", ["all", "source", "channel"]);

/** One address of a user on one channel kind. */
export const identities = pgTable(
  "identities",
  {
    tenantId: tenantId(),
    id: identityId("id").notNull(),
    userId: userId("user_id").notNull(),
    kind: text("kind").notNull(),
    address: text("address").notNull(),
    scope: identityScope("scope").notNull().default("all"),
    /** The source or channel the identity is bound to; the nil UUID with scope `all`. */
    scopeId: uuid("scope_id").notNull().default("00000000-0000-0000-0000-000000000000"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.userId, table.kind, table.scope, table.scopeId),
    foreignKey({
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete("cascade"),
    index().on(table.tenantId, table.kind, table.address),
  ],
);

export const tags = pgTable(
  "tags",
  {
    tenantId: tenantId(),
    id: tagId("id").notNull(),
    name: text("name").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.name),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
);

export const userTags = pgTable(
  "user_tags",
  {
    tenantId: tenantId(),
    tagId: tagId("tag_id").notNull(),
    userId: userId("user_id").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.tagId, table.userId] }),
    foreignKey({ columns: [table.tenantId, table.tagId], foreignColumns: [tags.tenantId, tags.id] }).onDelete(
      "cascade",
    ),
    foreignKey({
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete("cascade"),
    index().on(table.tenantId, table.userId),
  ],
);
