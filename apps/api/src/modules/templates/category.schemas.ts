import { z } from "../../platform/http/index.ts";
import { MESSAGE_CATEGORIES } from "./category.rules.ts";

export const MessageCategory = z.enum(MESSAGE_CATEGORIES).openapi("MessageCategory", {
  description:
    "How urgent it is: `critical` passes quiet hours and frequency caps unless told otherwise, `service` is the ordinary case, `marketing` can wait.",
});
