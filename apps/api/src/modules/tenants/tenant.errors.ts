import { defineProblem } from "../../platform/errors.ts";

export const tenantNotUnique = defineProblem("tenant-not-unique", 409, "Tenant code taken");
