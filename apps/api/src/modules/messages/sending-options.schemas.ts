import { z } from "../../platform/http/index.ts";
import { MESSAGE_CATEGORIES } from "../templates/index.ts";

const MAX_DEDUPLICATION_SECONDS = 30 * 86_400;

/** Whom of its audience a message leaves out, and when. */
export const SendingOptionFields = {
  category: z.enum(MESSAGE_CATEGORIES).optional().openapi({
    description: "Of a message without a template, `service` when left out; a template has its own.",
  }),
  quietHours: z.enum(["defer", "drop", "ignore"]).optional().openapi({
    description:
      "What quiet hours do to it: send when they are over, leave out, or nothing. When left out they defer it, but for a critical message, to which they do nothing unless the tenant has set them for that category.",
  }),
  deduplicateSeconds: z.int().min(60).max(MAX_DEDUPLICATION_SECONDS).optional().openapi({
    description: "Leaves out who was sent the same within so many seconds; at most 30 days.",
  }),
};
