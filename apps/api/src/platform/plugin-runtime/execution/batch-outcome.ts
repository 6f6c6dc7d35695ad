import type { SendResult } from "@tidings/sdk/plugin";
import type { Redact } from "../auth/redaction.ts";
import { cleanText, MAX_CODE_LENGTH, MAX_DETAIL_LENGTH, MAX_VENDOR_ID_LENGTH } from "./foreign-text.ts";
import { isSendResult } from "./plugin-output.ts";

const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;
/** As many units as one message can cost. */
const MAX_UNITS = 200;

/** Results that broke the contract, by how; only counted. */
export interface ContractBreaches {
  missing: number;
  duplicate: number;
  foreign: number;
  malformed: number;
}

/**
 * Gathers the results of one batch and makes every ref come out exactly once: the first result of a ref counts,
 * results of refs that are not in the batch are dropped. A ref without a result is `unknown` if a request that
 * carried it may have reached the vendor, else nothing was sent and it is `transient`.
 */
export class BatchOutcome {
  readonly breaches: ContractBreaches = { missing: 0, duplicate: 0, foreign: 0, malformed: 0 };
  readonly #results: Map<string, SendResult | undefined>;
  readonly #mayBeSent = new Set<string>();
  readonly #redact: Redact;

  constructor(refs: readonly string[], redact: Redact) {
    this.#results = new Map(refs.map((ref) => [ref, undefined]));
    this.#redact = redact;
  }

  /** Notes that the messages may have reached the vendor. */
  markSent(refs: readonly string[]): void {
    for (const ref of refs) this.#mayBeSent.add(ref);
  }

  add(results: readonly unknown[]): void {
    for (const result of results) {
      if (!isSendResult(result)) this.breaches.malformed += 1;
      else if (!this.#results.has(result.ref)) this.breaches.foreign += 1;
      else if (this.#results.get(result.ref)) this.breaches.duplicate += 1;
      else this.#results.set(result.ref, this.#clean(result));
    }
  }

  /** Every ref once, in the order of the batch; those left over get the given code. */
  complete(missing: { code: string; detail: string }): SendResult[] {
    return [...this.#results].map(([ref, result]) => {
      if (result) return result;
      this.breaches.missing += 1;
      return { ref, status: this.#mayBeSent.has(ref) ? "unknown" : "transient", ...missing };
    });
  }

  // Built field by field: whatever else a plugin attached stays behind.
  #clean(result: SendResult): SendResult {
    const clean: SendResult = { ref: result.ref, status: result.status };
    const vendorId = cleanText(result.vendorId, MAX_VENDOR_ID_LENGTH, this.#redact);
    const batchVendorId = cleanText(result.batchVendorId, MAX_VENDOR_ID_LENGTH, this.#redact);
    const code = cleanText(result.code, MAX_CODE_LENGTH, this.#redact);
    const detail = cleanText(result.detail, MAX_DETAIL_LENGTH, this.#redact);
    if (vendorId) clean.vendorId = vendorId;
    if (batchVendorId) clean.batchVendorId = batchVendorId;
    if (code) clean.code = code;
    if (detail) clean.detail = detail;
    if (Number.isFinite(result.retryAfterMs)) clean.retryAfterMs = readWait(Number(result.retryAfterMs));
    if (isUnitCount(result.units)) clean.units = result.units;
    return clean;
  }
}

const readWait = (waitMs: number) => Math.round(Math.min(Math.max(waitMs, 0), LONGEST_WAIT_MS));

const isUnitCount = (units: unknown): units is number =>
  Number.isInteger(units) && Number(units) >= 0 && Number(units) <= MAX_UNITS;
