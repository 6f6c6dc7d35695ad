import { defineProblem } from "../../platform/errors.ts";

export const recallNotSupported = defineProblem(
  "recall-not-supported",
  409,
  "No channel of it takes back what was sent",
);
export const nothingToRecall = defineProblem("nothing-to-recall", 409, "Nothing to take back");
export const recallRunning = defineProblem("recall-running", 409, "It is being taken back already");
