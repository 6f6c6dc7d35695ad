import type { ReceiptTarget } from "@tidings/sdk/plugin";
import { type NumberForm, writeNumber } from "./numbers.ts";

/*
 * The vendor echoes OutId (at most 255 characters) in every receipt. One call has one OutId for all of its
 * numbers, so it names the message where a call carries only one, and the batch otherwise. The vendor reports
 * bare numbers, so the batch form also says how the users' addresses were written.
 */
const BATCH_PREFIXES: Record<NumberForm, string> = { bare: "batch:", e164: "batch+86:" };
const REF_PREFIX = "ref:";

export function refOutId(ref: string): string {
  return REF_PREFIX + ref;
}

export function batchOutId(batchRef: string, form: NumberForm): string {
  return BATCH_PREFIXES[form] + batchRef;
}

/** Whom a receipt with this OutId is about; an OutId of another sender on the same account names nobody. */
export function readOutId(outId: string, number: string): ReceiptTarget {
  if (outId.startsWith(REF_PREFIX)) return { ref: outId.slice(REF_PREFIX.length) };
  for (const form of ["bare", "e164"] as const) {
    const prefix = BATCH_PREFIXES[form];
    if (outId.startsWith(prefix)) {
      return { batchRef: outId.slice(prefix.length), address: writeNumber(number, form) };
    }
  }
  return { address: number };
}
