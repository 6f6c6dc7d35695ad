import type { ReceiptTarget } from "@tidings/sdk/plugin";
import type { NumberForm } from "./numbers.ts";

/*
 * SessionContext (less than 512 bytes) comes back with the answer, and in reports where the vendor has switched that on
 * for the account. One call has one for all of its numbers, so it names the message where a call carries only one, and
 * the batch otherwise. The batch form also says how the users' addresses were written, because reports give a country
 * code and a number.
 */
const BATCH_PREFIXES: Record<NumberForm, string> = { bare: "batch:", e164: "batch+:" };
const REF_PREFIX = "ref:";

export function refSession(ref: string): string {
  return REF_PREFIX + ref;
}

export function batchSession(batchRef: string, form: NumberForm): string {
  return BATCH_PREFIXES[form] + batchRef;
}

/** Whom a report with this session is about; nobody if it is missing or not of our making. */
export function readSession(session: string, countryCode: string, number: string): ReceiptTarget {
  if (session.startsWith(REF_PREFIX)) return { ref: session.slice(REF_PREFIX.length) };
  for (const form of ["bare", "e164"] as const) {
    const prefix = BATCH_PREFIXES[form];
    if (session.startsWith(prefix)) {
      const address = form === "bare" ? number : `+${countryCode}${number}`;
      return { batchRef: session.slice(prefix.length), address };
    }
  }
  return {};
}
