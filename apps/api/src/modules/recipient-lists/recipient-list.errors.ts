import { defineProblem } from "../../platform/errors.ts";

export const recipientListNotUnique = defineProblem(
  "recipient-list-not-unique",
  409,
  "Recipient list name taken",
);
export const recipientListInUse = defineProblem("recipient-list-in-use", 409, "Recipient list in use");
export const recipientListFull = defineProblem("recipient-list-full", 409, "Recipient list full");
