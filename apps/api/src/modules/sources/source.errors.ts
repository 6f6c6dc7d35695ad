import { defineProblem } from "../../platform/errors.ts";

export const sourceNotUnique = defineProblem("source-not-unique", 409, "Source code or name taken");
export const tooManyApiKeys = defineProblem("too-many-api-keys", 409, "Too many live API keys");
export const sourceOff = defineProblem("source-off", 403, "Source switched off");
