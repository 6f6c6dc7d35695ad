export { assignDepartments, type DepartmentReferences, resolveDepartments } from "./assign-departments.ts";
export { departmentRoutes } from "./department.routes.ts";
export { fullName, type NamedDepartment } from "./department.rules.ts";
export { createDepartmentService } from "./department.service.ts";
export {
  findDepartmentsWithin,
  isInDepartments,
  membersOfDepartments,
} from "./department-tree.repository.ts";
export { findUserDepartments } from "./user-department.repository.ts";
