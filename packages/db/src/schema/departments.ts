import { foreignKey, index, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { createdAt, departmentId, tenantId, updatedAt, userId } from "./columns.ts";
import { users } from "./people.ts";
import { tenants } from "./tenancy.ts";

/** A node of the tenant's organisation tree: school → grade → class. */
export const departments = pgTable(
  "departments",
  {
    tenantId: tenantId(),
    id: departmentId("id").notNull(),
    /** Null at the top. */
    parentId: departmentId("parent_id"),
    name: text("name").notNull(),
    /** The tenant's own code of it. */
    code: text("code"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique("departments_code").on(table.tenantId, table.code),
    unique("departments_name").on(table.tenantId, table.parentId, table.name).nullsNotDistinct(),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
    foreignKey({
      name: "departments_parent",
      columns: [table.tenantId, table.parentId],
      foreignColumns: [table.tenantId, table.id],
    }),
  ],
);

export const userDepartments = pgTable(
  "user_departments",
  {
    tenantId: tenantId(),
    departmentId: departmentId("department_id").notNull(),
    userId: userId("user_id").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.departmentId, table.userId] }),
    foreignKey({
      name: "user_departments_department",
      columns: [table.tenantId, table.departmentId],
      foreignColumns: [departments.tenantId, departments.id],
    }).onDelete("cascade"),
    foreignKey({
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete("cascade"),
    index().on(table.tenantId, table.userId),
  ],
);
