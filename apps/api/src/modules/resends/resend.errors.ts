import { defineProblem } from "../../platform/errors.ts";

export const deliveryNotResendable = defineProblem(
  "delivery-not-resendable",
  409,
  "Delivery cannot be sent again",
);
export const nothingToResend = defineProblem("nothing-to-resend", 409, "Nothing to send again");
