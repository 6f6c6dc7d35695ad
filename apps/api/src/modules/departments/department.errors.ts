import { defineProblem } from "../../platform/errors.ts";

export const departmentNotUnique = defineProblem(
  "department-not-unique",
  409,
  "Department name or code taken",
);
export const departmentNotEmpty = defineProblem("department-not-empty", 409, "Department has children");
export const departmentTreeLimit = defineProblem("department-tree-limit", 409, "Tree too deep or too wide");
