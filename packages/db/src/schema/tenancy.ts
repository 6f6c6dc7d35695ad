import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  unique,
} from "drizzle-orm/pg-core";
import {
  accountId,
  bytes,
  createdAt,
  memberId,
  moment,
  roleId,
  sessionId,
  tenantId,
  tenantIdType,
  updatedAt,
} from "./columns.ts";

/** A school or enterprise: the isolation boundary. */
export const tenants = pgTable("tenants", {
  id: tenantIdType("id").primaryKey(),
  code: text("code").notNull().unique(),
  name: text("name").notNull(),
  timeZone: text("time_zone").notNull(),
  locale: text("locale").notNull(),
  /** When a user was deleted last: what was made before may be for somebody who has gone. */
  userDeletedAt: moment("user_deleted_at"),
  createdAt: createdAt(),
});

/** A person's login. It belongs to no tenant; members tie it to one. */
export const accounts = pgTable("accounts", {
  id: accountId("id").primaryKey(),
  /** Lower case. */
  email: text("email").notNull().unique(),
  passwordHash: text("password_hash").notNull(),
  createdAt: createdAt(),
});

/** A console session; the cookie carries a random token of which only the hash is here. */
export const sessions = pgTable(
  "sessions",
  {
    id: sessionId("id").primaryKey(),
    tokenHash: bytes("token_hash").notNull().unique(),
    accountId: accountId("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    /** The tenant the session works in. No foreign key: a session is checked against its member at every use. */
    currentTenantId: tenantIdType("current_tenant_id").notNull(),
    createdAt: createdAt(),
    usedAt: moment("used_at").notNull().defaultNow(),
    expiresAt: moment("expires_at").notNull(),
  },
  (table) => [index().on(table.accountId), index().on(table.expiresAt)],
);

/** A tenant's data key, wrapped by the installation's key-encryption key. */
export const tenantKeys = pgTable(
  "tenant_keys",
  {
    tenantId: tenantId(),
    version: integer("version").notNull(),
    wrappedKey: bytes("wrapped_key").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.version] }),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
);

/** What a tenant may have and how much it has. `period` is empty for what is counted without end. */
export const quotas = pgTable(
  "quotas",
  {
    tenantId: tenantId(),
    kind: text("kind").notNull(),
    period: text("period").notNull().default(""),
    used: bigint("used", { mode: "number" }).notNull().default(0),
    /** What the plan allows. */
    limit: bigint("limit", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.kind, table.period] }),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
    check("quotas_not_negative", sql`${table.used} >= 0`),
  ],
);

/** A named set of permissions (CASL raw rules). */
export const roles = pgTable(
  "roles",
  {
    tenantId: tenantId(),
    id: roleId("id").notNull(),
    code: text("code").notNull(),
    name: text("name").notNull(),
    permissions: jsonb("permissions").$type<Permission[]>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.code),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
);

/** One CASL rule. */
export interface Permission {
  action: string | string[];
  subject: string | string[];
}

export const memberState = pgEnum("member_state", ["active", "disabled"]);

/** A console login inside a tenant. */
export const members = pgTable(
  "members",
  {
    tenantId: tenantId(),
    id: memberId("id").notNull(),
    accountId: accountId("account_id")
      .notNull()
      .references(() => accounts.id),
    roleId: roleId("role_id").notNull(),
    name: text("name").notNull(),
    state: memberState("state").notNull().default("active"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.accountId),
    foreignKey({ columns: [table.tenantId, table.roleId], foreignColumns: [roles.tenantId, roles.id] }),
    index().on(table.tenantId, table.roleId),
    index().on(table.accountId),
  ],
);

/** Who did what. Append-only: no role may update or delete. */
export const auditEntries = pgTable(
  "audit_entries",
  {
    tenantId: tenantId(),
    id: bigint("id", { mode: "bigint" }).notNull().generatedAlwaysAsIdentity(),
    at: moment("at").notNull().defaultNow(),
    /** `member`, `source` or `system`. */
    actorKind: text("actor_kind").notNull(),
    actorId: text("actor_id"),
    actorName: text("actor_name").notNull(),
    /** `entity.verb_past`, for example `channel.created`. */
    action: text("action").notNull(),
    subjectId: text("subject_id").notNull(),
    /** The name a person knows the subject by. */
    subjectName: text("subject_name").notNull(),
    before: jsonb("before"),
    after: jsonb("after"),
    requestId: text("request_id"),
    ipAddress: text("ip_address"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
);
