import { defineProblem } from "../../platform/errors.ts";

export const callbackEndpointTaken = defineProblem(
  "callback-endpoint-taken",
  409,
  "The source is told there already",
);
export const callbackEndpointLimit = defineProblem(
  "callback-endpoint-limit",
  409,
  "Too many callback endpoints",
);
export const callbackNotDead = defineProblem("callback-not-dead", 409, "The callback was not given up");
export const nothingToReplay = defineProblem("nothing-to-replay", 409, "No callback was given up");
export const addressNotAllowed = defineProblem("address-not-allowed", 422, "The address may not be called");
