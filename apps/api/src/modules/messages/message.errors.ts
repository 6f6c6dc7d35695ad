import { defineProblem } from "../../platform/errors.ts";

export const channelUnknown = defineProblem("channel-unknown", 422, "Unknown channel");
export const channelNotGranted = defineProblem("channel-not-granted", 403, "Channel not granted");
export const channelOff = defineProblem("channel-off", 409, "Channel switched off");
export const templateNotPublished = defineProblem("template-not-published", 409, "Template not published");
export const variablesMissing = defineProblem("variables-missing", 422, "Variables missing");
export const idempotencyKeyReused = defineProblem("idempotency-key-reused", 422, "Idempotency key reused");
export const backlogFull = defineProblem("backlog-full", 429, "Too many deliveries waiting");
export const tooManyStreams = defineProblem("too-many-streams", 429, "Too many progress streams");
export const overloaded = defineProblem("overloaded", 503, "Overloaded");
export const messageNotCancellable = defineProblem(
  "message-not-cancellable",
  409,
  "Message cannot be cancelled",
);
export const messageWithoutUsers = defineProblem("message-without-users", 409, "Message without users");
export const messageNotPausable = defineProblem("message-not-pausable", 409, "Message cannot be paused");
export const messageNotPaused = defineProblem("message-not-paused", 409, "Message is not paused");
export const messageNotScheduled = defineProblem("message-not-scheduled", 409, "Message is not scheduled");
export const messageOver = defineProblem("message-over", 409, "Message is over");
