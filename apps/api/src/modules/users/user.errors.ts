import { defineProblem } from "../../platform/errors.ts";

export const userNotUnique = defineProblem("user-not-unique", 409, "User id taken");
