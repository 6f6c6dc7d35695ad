import { sql } from "drizzle-orm";
import {
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, moment, tenantId, updatedAt, userId } from "./columns.ts";
import { type MessageCategory, messageCategory } from "./content.ts";
import { users } from "./people.ts";
import { tenants } from "./tenancy.ts";

/** A part of the day, by a wall clock: `22:00` to `07:00` ends on the next day. */
export interface QuietWindow {
  from: string;
  to: string;
  /** On which it begins; 1 is Monday, 7 is Sunday. */
  weekdays: number[];
}

/** When somebody is not to be disturbed. Without windows: never quiet. */
export interface QuietHours {
  /** An IANA zone. */
  timeZone: string;
  windows: QuietWindow[];
}

/** A tenant's quiet hours; a category's own stand in the place of the tenant's. */
export const quietHours = pgTable(
  "quiet_hours",
  {
    tenantId: tenantId(),
    /** Of everybody and every category that has none of its own. */
    ofTenant: jsonb("of_tenant").$type<QuietHours>(),
    ofCategories: jsonb("of_categories").$type<Partial<Record<MessageCategory, QuietHours>>>().notNull(),
    /** When what they keep back is to be looked at again because they, or a user's own, have been changed. */
    releaseAt: moment("release_at"),
    /** For whom that is; null: for everybody. */
    releaseUserIds: uuid("release_user_ids").array(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId] }),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
    index("quiet_hours_changed").on(table.releaseAt).where(sql`release_at is not null`),
  ],
);

/** A user's own quiet hours, in the place of the tenant's. */
export const userQuietHours = pgTable(
  "user_quiet_hours",
  {
    tenantId: tenantId(),
    userId: userId("user_id").notNull(),
    /** The same for equal quiet hours, so that they are worked out once for all who have them. */
    fingerprint: text("fingerprint").notNull(),
    quietHours: jsonb("quiet_hours").$type<QuietHours>().notNull(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.userId] }),
    foreignKey({
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete("cascade"),
    index().on(table.tenantId, table.fingerprint),
  ],
);

/** At most so many deliveries to one user within so many hours. */
export const frequencyCaps = pgTable(
  "frequency_caps",
  {
    tenantId: tenantId(),
    position: smallint("position").notNull(),
    limit: integer("limit").notNull(),
    hours: integer("hours").notNull(),
    /** Null: of all channel kinds together. */
    channelKind: text("channel_kind"),
    /** Null: of all categories together, but for what is critical. */
    category: messageCategory("category"),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.position] }),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
);
