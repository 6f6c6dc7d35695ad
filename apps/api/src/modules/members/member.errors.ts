import { defineProblem } from "../../platform/errors.ts";

export const invalidCredentials = defineProblem("invalid-credentials", 401, "Wrong email or password");
export const lastOwner = defineProblem("last-owner", 409, "Last owner");
export const memberInUse = defineProblem("member-in-use", 409, "Member in use");
export const memberNotUnique = defineProblem("member-not-unique", 409, "Already a member");
