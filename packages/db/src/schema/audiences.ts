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
  uuid,
} from "drizzle-orm/pg-core";
import {
  audienceFileId,
  createdAt,
  memberId,
  moment,
  segmentId,
  sourceId,
  tenantId,
  updatedAt,
} from "./columns.ts";
import { tenants } from "./tenancy.ts";

/** Which users a segment has: conditions, and what holds them together. */
export type SegmentRule =
  | { all: SegmentRule[] }
  | { any: SegmentRule[] }
  | { not: SegmentRule }
  | SegmentCondition;

export type SegmentCondition =
  | { attribute: string; op: "eq" | "ne"; value: string | number | boolean }
  | { attribute: string; op: "in"; value: (string | number | boolean)[] }
  | { attribute: string; op: "gt" | "gte" | "lt" | "lte"; value: number }
  | { attribute: string; op: "exists" }
  /** Ids: a tag or department that is renamed stays what it was. */
  | { hasTag: string }
  | { inDepartment: string; includeChildren: boolean };

/** A saved rule over attributes, tags and departments. */
export const segments = pgTable(
  "segments",
  {
    tenantId: tenantId(),
    id: segmentId("id").notNull(),
    name: text("name").notNull(),
    rule: jsonb("rule").$type<SegmentRule>().notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.name),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
);

export const audienceFileState = pgEnum("audience_file_state", ["receiving", "ready", "deleted"]);
export const fileRecipients = pgEnum("file_recipients", ["addresses", "users"]);

/** A row of a file that is left out: its line and why. */
export interface BadRow {
  line: number;
  code: string;
  /** The column that is to blame, where there is one. */
  column?: string;
}

/** An uploaded list of recipients; it is kept for some days, and as long as a message still needs it. */
export const audienceFiles = pgTable(
  "audience_files",
  {
    tenantId: tenantId(),
    id: audienceFileId("id").notNull(),
    name: text("name").notNull(),
    state: audienceFileState("state").notNull(),
    recipients: fileRecipients("recipients").notNull(),
    /** Of the addresses; null where the rows are users. */
    channelKind: text("channel_kind"),
    /** The variables that the header names, and in how many rows each is blank. */
    columns: jsonb("columns").$type<{ name: string; blankCount: number }[]>().notNull(),
    rowCount: integer("row_count").notNull().default(0),
    badCount: integer("bad_count").notNull().default(0),
    duplicateCount: integer("duplicate_count").notNull().default(0),
    /** The first of the bad rows. */
    badRows: jsonb("bad_rows").$type<BadRow[]>().notNull().default([]),
    /** Null when a member uploaded it. */
    sourceId: sourceId("source_id"),
    authorId: memberId("author_id"),
    createdAt: createdAt(),
    expiresAt: moment("expires_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
    index("audience_files_expiring").on(table.expiresAt),
  ],
);

/** The rows of the files. Up to a million a file, so they carry no foreign keys. */
export const audienceFileRows = pgTable(
  "audience_file_rows",
  {
    tenantId: tenantId(),
    fileId: audienceFileId("file_id").notNull(),
    line: integer("line").notNull(),
    /** An address, or the tenant's own id of a user. */
    recipient: text("recipient").notNull(),
    variables: jsonb("variables").$type<Record<string, string>>(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.fileId, table.line] })],
);

export const audienceHolder = pgEnum("audience_holder", ["message", "series"]);

/** Which messages and series go by a segment, a file or a tag. Written when they are accepted, with them. */
export const audienceUses = pgTable(
  "audience_uses",
  {
    tenantId: tenantId(),
    /** Of a segment, a file or a tag. */
    subjectId: uuid("subject_id").notNull(),
    holderKind: audienceHolder("holder_kind").notNull(),
    /** Of a message or a series. */
    holderId: uuid("holder_id").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.subjectId, table.holderId] })],
);
