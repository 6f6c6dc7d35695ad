import { defineProblem } from "../../platform/errors.ts";

export const policyNotUnique = defineProblem("policy-not-unique", 409, "Policy name taken");
export const policyChanged = defineProblem("policy-changed", 409, "Policy changed meanwhile");
export const policyArchived = defineProblem("policy-archived", 409, "Policy archived");
