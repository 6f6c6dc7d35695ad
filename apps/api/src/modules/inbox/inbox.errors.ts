import { defineProblem } from "../../platform/errors.ts";

export const originNotAllowed = defineProblem("origin-not-allowed", 403, "This site may not show the inbox");
export const nothingToConfirm = defineProblem(
  "nothing-to-confirm",
  409,
  "The entry asks for no confirmation",
);
export const tooManyInboxStreams = defineProblem(
  "too-many-inbox-streams",
  429,
  "Too many streams of the inbox are open",
);
