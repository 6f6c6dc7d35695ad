import { defineProblem } from "../../platform/errors.ts";

export const tagNotUnique = defineProblem("tag-not-unique", 409, "Tag name taken");
export const tagInUse = defineProblem("tag-in-use", 409, "Tag in use");
