import { z } from "../../platform/http/index.ts";

const MAX_DEDUPLICATION_SECONDS = 30 * 86_400;

/** Whom of its audience a message leaves out, and when. */
export const SendingOptionFields = {
  quietHours: z.enum(["defer", "drop", "ignore"]).optional().openapi({
    description: "What quiet hours do to it: send when they are over, leave out, or nothing.",
  }),
  deduplicateSeconds: z.int().min(60).max(MAX_DEDUPLICATION_SECONDS).optional().openapi({
    description: "Leaves out who was sent the same within so many seconds; at most 30 days.",
  }),
};
