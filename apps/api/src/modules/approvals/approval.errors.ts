import { defineProblem } from "../../platform/errors.ts";

export const authorCannotDecide = defineProblem("author-cannot-decide", 403, "Authors cannot decide");
export const notAReviewer = defineProblem("not-a-reviewer", 403, "Not a reviewer of this level");
export const decidedInEarlierLevel = defineProblem(
  "decided-in-earlier-level",
  403,
  "Decided in an earlier level",
);
export const neededInLaterLevel = defineProblem("needed-in-later-level", 409, "Needed in a later level");
export const alreadyDecided = defineProblem("already-decided", 409, "Already decided");
export const contentChanged = defineProblem("content-changed", 409, "Content changed");
export const nobodyCanApprove = defineProblem("nobody-can-approve", 409, "Nobody can approve");
