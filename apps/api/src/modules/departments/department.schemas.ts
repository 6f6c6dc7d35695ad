import { fields, z } from "../../platform/http/index.ts";
import type { DepartmentRecord } from "./department.repository.ts";

const name = fields.line(60);
const code = fields.code.openapi({
  description: "The tenant's own code, unique in the tree.",
  example: "g1-c2",
});
const parentId = fields.id("department").nullable().openapi({ description: "Null: at the top." });

export const CreateDepartmentBody = z
  .strictObject({ name, code: code.optional(), parentId: parentId.default(null) })
  .openapi("CreateDepartment");

export const UpdateDepartmentBody = z
  .strictObject({
    name: name.optional(),
    code: code.nullable().optional().openapi({ description: "Null takes the code away." }),
    parentId: parentId.optional(),
  })
  .refine((changes) => Object.keys(changes).length > 0, "Say what to change.")
  .openapi("UpdateDepartment", { description: "What is left out stays as it is." });

export const DepartmentParam = z.object({ departmentId: fields.id("department") });

export const DepartmentQuery = fields.pageQuery.extend({
  query: z
    .string()
    .trim()
    .max(60)
    .optional()
    .openapi({ description: "A part of the name, or the exact code." }),
});

export const Department = z
  .object({
    id: fields.id("department"),
    name: z.string(),
    code: z.string().nullable(),
    parentId: fields.id("department").nullable(),
    path: z.array(z.string()).openapi({ description: "The names from the top of the tree down to it." }),
    childCount: z.int(),
    userCount: z.int().openapi({ description: "Users in it or below it, each once." }),
    directUserCount: z.int().openapi({ description: "Users in it itself." }),
    createdAt: fields.moment,
    updatedAt: fields.moment,
  })
  .openapi("Department");

export const DepartmentPage = fields.pageOf(Department).openapi("DepartmentPage");

export function toDepartment(row: DepartmentRecord): z.infer<typeof Department> {
  return {
    id: row.id,
    name: row.name,
    code: row.code,
    parentId: row.parentId,
    path: row.path,
    childCount: row.childCount,
    userCount: row.userCount,
    directUserCount: row.directUserCount,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
