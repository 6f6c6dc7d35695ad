const MAINLAND_NUMBER = /^(\+86)?(1[3-9]\d{9})$/;

/** How the user's address writes the number; receipts have to name it the same way. */
export type NumberForm = "e164" | "bare";

/** Reads a mainland mobile number; the vendor takes and reports the bare eleven digits. */
export function readNumber(address: string): { number: string; form: NumberForm } | undefined {
  const match = MAINLAND_NUMBER.exec(address);
  if (match?.[2] === undefined) return undefined;
  return { number: match[2], form: match[1] === undefined ? "bare" : "e164" };
}

export function writeNumber(number: string, form: NumberForm): string {
  return form === "e164" ? `+86${number}` : number;
}
