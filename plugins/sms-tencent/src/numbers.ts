const MAINLAND_NUMBER = /^(\+86)?(1[3-9]\d{9})$/;
const FOREIGN_NUMBER = /^\+(?!86)[1-9]\d{6,14}$/;

/** How the user's address writes the number; receipts of a batch have to name it the same way. */
export type NumberForm = "e164" | "bare";

export interface PhoneNumber {
  /** As the vendor takes and names it. */
  e164: string;
  form: NumberForm;
  /** The vendor takes either mainland or other numbers in one call. */
  isMainland: boolean;
}

/** Reads a mobile number of mainland China, with or without +86, or an E.164 number of elsewhere. */
export function readNumber(address: string): PhoneNumber | undefined {
  if (FOREIGN_NUMBER.test(address)) return { e164: address, form: "e164", isMainland: false };
  const match = MAINLAND_NUMBER.exec(address);
  if (match?.[2] === undefined) return undefined;
  return { e164: `+86${match[2]}`, form: match[1] === undefined ? "bare" : "e164", isMainland: true };
}
