import { sql } from "drizzle-orm";
import {
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import {
  createdAt,
  memberId,
  moment,
  policyId,
  policyVersionId,
  templateId,
  templateVersionId,
  tenantId,
  updatedAt,
} from "./columns.ts";
import { tenants } from "./tenancy.ts";

export const templates = pgTable(
  "templates",
  {
    tenantId: tenantId(),
    id: templateId("id").notNull(),
    code: text("code").notNull(),
    name: text("name").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.code),
    unique().on(table.tenantId, table.name),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
);

export const templateVersionState = pgEnum("template_version_state", [
  "draft",
  "in_review",
  "published",
  "retired",
]);

/** How urgent what is said is: critical passes quiet hours and frequency caps, marketing can wait. */
export const messageCategory = pgEnum("message_category", ["critical", "service", "marketing"]);
export type MessageCategory = (typeof messageCategory.enumValues)[number];

/** One variable of a template. */
export interface TemplateVariable {
  name: string;
  type: "text" | "number";
  required: boolean;
  default?: string;
  example?: string;
}

/** Channel kind → field name → text with `{{variable}}`. */
export type Renderings = Record<string, Record<string, string>>;

/** What is found out by our own means: that a link was followed, that the pixel in an HTML text was loaded. */
export interface Tracking {
  links: boolean;
  opens: boolean;
}

/** An immutable version once it leaves `draft`. At most one version of a template is a draft, one is published. */
export const templateVersions = pgTable(
  "template_versions",
  {
    tenantId: tenantId(),
    id: templateVersionId("id").notNull(),
    templateId: templateId("template_id").notNull(),
    number: integer("number").notNull(),
    state: templateVersionState("state").notNull().default("draft"),
    variables: jsonb("variables").$type<TemplateVariable[]>().notNull(),
    renderings: jsonb("renderings").$type<Renderings>().notNull(),
    /** Null when nothing is tracked. */
    tracking: jsonb("tracking").$type<Tracking>(),
    category: messageCategory("category").notNull().default("service"),
    createdBy: memberId("created_by").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    publishedAt: moment("published_at"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.templateId, table.number),
    foreignKey({
      columns: [table.tenantId, table.templateId],
      foreignColumns: [templates.tenantId, templates.id],
    }).onDelete("cascade"),
    uniqueIndex("template_versions_one_draft")
      .on(table.tenantId, table.templateId)
      .where(sql`state = 'draft'`),
    uniqueIndex("template_versions_one_published")
      .on(table.tenantId, table.templateId)
      .where(sql`state = 'published'`),
  ],
);

export const policyState = pgEnum("policy_state", ["active", "archived"]);

export const policies = pgTable(
  "policies",
  {
    tenantId: tenantId(),
    id: policyId("id").notNull(),
    name: text("name").notNull(),
    state: policyState("state").notNull().default("active"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.name),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
);

/** One step of a policy: the first has no condition. */
export interface PolicyStep {
  /** Public ids of the channels sent to at once. */
  channelIds: string[];
  when?: "failed" | "undelivered" | "unread";
  /** Seconds after the vendor accepted the step before. */
  afterSeconds?: number;
}

/** Immutable; a message pins the version it started with. */
export const policyVersions = pgTable(
  "policy_versions",
  {
    tenantId: tenantId(),
    id: policyVersionId("id").notNull(),
    policyId: policyId("policy_id").notNull(),
    number: integer("number").notNull(),
    steps: jsonb("steps").$type<PolicyStep[]>().notNull(),
    createdBy: memberId("created_by").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.policyId, table.number),
    foreignKey({
      columns: [table.tenantId, table.policyId],
      foreignColumns: [policies.tenantId, policies.id],
    }).onDelete("cascade"),
    index().on(table.tenantId, table.policyId),
  ],
);
