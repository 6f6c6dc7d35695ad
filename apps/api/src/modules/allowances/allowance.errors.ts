import { defineProblem } from "../../platform/errors.ts";

export const noAllowances = defineProblem("no-allowances", 409, "No allowances");
