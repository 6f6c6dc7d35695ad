import { defineProblem } from "../../platform/errors.ts";

export const policyNotUnique = defineProblem("policy-not-unique", 409, "Policy name taken");
export const policyArchived = defineProblem("policy-archived", 409, "Policy archived");
