import { defineProblem } from "../../platform/errors.ts";

export const tooManyQuietHours = defineProblem("too-many-quiet-hours", 409, "Too many different quiet hours");
