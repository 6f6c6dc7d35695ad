import { m } from "#messages";
import { first, required } from "./rules.ts";

/** The API takes no shorter one. */
export const MIN_PASSWORD_LENGTH = 10;

export function passwordFault(password: string): string | undefined {
  const tooShort = password.length < MIN_PASSWORD_LENGTH;
  return first(
    required(password),
    tooShort ? m.field_password_short({ min: MIN_PASSWORD_LENGTH }) : undefined,
  );
}
