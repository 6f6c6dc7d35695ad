import { defineProblem } from "../../platform/errors.ts";

export const noVendorTemplates = defineProblem("no-vendor-templates", 409, "No vendor templates");
