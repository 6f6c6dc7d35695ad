import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import {
  CreateDepartmentBody,
  Department,
  DepartmentPage,
  DepartmentParam,
  DepartmentQuery,
  toDepartment,
  UpdateDepartmentBody,
} from "./department.schemas.ts";
import type { DepartmentService } from "./department.service.ts";

const tags = ["Departments"];

const createDepartment = createRoute({
  method: "post",
  path: "/v1/departments",
  operationId: "createDepartment",
  tags,
  summary: "Create a department",
  ...access("create", "Department"),
  request: { body: jsonBody(CreateDepartmentBody) },
  responses: { 201: json(Department, "The new department"), ...problems(400, 409, 413, 415) },
});

const listDepartments = createRoute({
  method: "get",
  path: "/v1/departments",
  operationId: "listDepartments",
  tags,
  summary: "List the departments of the whole tree",
  ...access("read", "Department"),
  request: { query: DepartmentQuery },
  responses: { 200: json(DepartmentPage, "A page of departments"), ...problems() },
});

const getDepartment = createRoute({
  method: "get",
  path: "/v1/departments/{departmentId}",
  operationId: "getDepartment",
  tags,
  summary: "Read a department",
  ...access("read", "Department"),
  request: { params: DepartmentParam },
  responses: { 200: json(Department, "The department"), ...problems(404) },
});

const updateDepartment = createRoute({
  method: "patch",
  path: "/v1/departments/{departmentId}",
  operationId: "updateDepartment",
  tags,
  summary: "Rename a department, or move it with everything below it",
  ...access("update", "Department"),
  request: { params: DepartmentParam, body: jsonBody(UpdateDepartmentBody) },
  responses: { 200: json(Department, "The department as it is now"), ...problems(400, 404, 409, 413, 415) },
});

const deleteDepartment = createRoute({
  method: "delete",
  path: "/v1/departments/{departmentId}",
  operationId: "deleteDepartment",
  tags,
  summary: "Delete a department that has none below it; its users stay",
  ...access("delete", "Department"),
  request: { params: DepartmentParam },
  responses: { 204: { description: "Deleted" }, ...problems(404, 409) },
});

export function departmentRoutes(service: DepartmentService): Router {
  const router = createRouter();

  router.openapi(createDepartment, async (c) => {
    const department = await service.createDepartment(c.get("ctx"), c.req.valid("json"));
    return c.json(toDepartment(department), 201);
  });

  router.openapi(listDepartments, async (c) => {
    const page = await service.listDepartments(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toDepartment) }, 200);
  });

  router.openapi(getDepartment, async (c) => {
    const department = await service.getDepartment(c.get("ctx"), c.req.valid("param").departmentId);
    return c.json(toDepartment(department), 200);
  });

  router.openapi(updateDepartment, async (c) => {
    const { departmentId } = c.req.valid("param");
    const department = await service.updateDepartment(c.get("ctx"), departmentId, c.req.valid("json"));
    return c.json(toDepartment(department), 200);
  });

  router.openapi(deleteDepartment, async (c) => {
    await service.deleteDepartment(c.get("ctx"), c.req.valid("param").departmentId);
    return c.body(null, 204);
  });

  return router;
}
