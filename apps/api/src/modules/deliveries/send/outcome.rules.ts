import { isPulled, type PluginManifest, type SendResult } from "@tidings/sdk/plugin";
import { MAX_ROUNDS } from "../delivery.rules.ts";
import type { DeliveryException } from "./settle.repository.ts";

/** What a batch's results mean for its deliveries, and for the channel and the chunk's next round. */
export interface JudgedResults {
  exceptions: DeliveryException[];
  counts: Record<string, number>;
  /** What the vendor may have taken. */
  doubtfulIds: string[];
  vendorIds: string[];
  references: { id: string; vendorId: string }[];
  /** The vendor refuses the channel's settings: its code and sentence. */
  configFault: { code: string; detail: string } | undefined;
  /** The longest pause the vendor asked for, milliseconds. */
  retryAfterMs: number;
}

/** Where a chunk stands between its tries. */
export interface Round {
  /** Rounds before this one. */
  count: number;
  /** One batch tries out the channel: that it fails says something about the channel, and is no reason to give up. */
  isProbe: boolean;
  /** The vendor drops a repeat of what it may have taken. */
  dropsRepeats: boolean;
}

/**
 * Judges the results of a batch. `idOf` gives the delivery's key for a ref. Who has to act decides: a refused
 * recipient fails for good; a passing fault is tried again until the rounds are used up; a refused configuration
 * waits until the tenant has mended it. What may have been sent goes out again where the vendor drops a repeat;
 * elsewhere it is `unknown` and never sent again blindly.
 */
export function judgeResults(
  results: readonly SendResult[],
  idOf: (ref: string) => string,
  round: Round,
): JudgedResults {
  const judged: JudgedResults = {
    exceptions: [],
    counts: {},
    doubtfulIds: [],
    vendorIds: [],
    references: [],
    configFault: undefined,
    retryAfterMs: 0,
  };
  for (const result of results) judgeOne(judged, result, idOf, round);
  judged.vendorIds = [...new Set(judged.vendorIds)];
  return judged;
}

function judgeOne(
  judged: JudgedResults,
  result: SendResult,
  idOf: (ref: string) => string,
  round: Round,
): void {
  judged.counts[result.status] = (judged.counts[result.status] ?? 0) + 1;
  if (result.batchVendorId) judged.vendorIds.push(result.batchVendorId);
  if (result.vendorId) judged.references.push({ id: idOf(result.ref), vendorId: result.vendorId });
  if (result.status === "unknown") judged.doubtfulIds.push(idOf(result.ref));
  judged.retryAfterMs = Math.max(judged.retryAfterMs, result.retryAfterMs ?? 0);
  const state = stateOf(result, round);
  if (state === "accepted") return;
  const reason = result.code ?? result.status;
  const isRefused = result.status === "rejected";
  judged.exceptions.push({
    id: idOf(result.ref),
    state,
    reason,
    detail: result.detail ?? null,
    ...(isRefused && { isRefused }),
  });
  if (result.status === "config") {
    judged.configFault ??= { code: reason, detail: result.detail ?? "" };
  }
}

function stateOf(result: SendResult, round: Round): DeliveryException["state"] | "accepted" {
  const isLast = round.count + 1 >= MAX_ROUNDS;
  switch (result.status) {
    case "accepted":
      return "accepted";
    case "rejected":
      return "failed";
    case "unknown":
      return round.dropsRepeats && !isLast ? "ready" : "unknown";
    case "config":
      return "ready";
    case "transient":
      return isLast && !round.isProbe ? "failed" : "ready";
    case "throttled":
      return isLast ? "failed" : "ready";
  }
}

/** What the vendor has to be asked about a batch, if it can be. */
export function questionsAbout(
  { exceptions, counts }: Pick<JudgedResults, "exceptions" | "counts">,
  { query, receipts }: Pick<PluginManifest, "query" | "receipts">,
): ("outcome" | "receipt")[] {
  if (!query) return [];
  return [
    ...(exceptions.some(({ state }) => state === "unknown") ? (["outcome"] as const) : []),
    ...(isPulled(receipts) && (counts.accepted ?? 0) > 0 ? (["receipt"] as const) : []),
  ];
}

/** What a batch says about its channel rather than about its recipients. */
export type ChannelObservation =
  | { kind: "works" }
  | {
      kind: "refused" | "unreachable" | "throttled";
      code: string;
      detail: string;
      retryAfterMs: number;
      /** Known without a call. */
      isCertain?: boolean;
    };

/**
 * Judges the channel by the results of a batch; undefined when they say nothing about it. One recipient who was taken
 * or refused shows that the channel works; a pause that the vendor asks for one recipient only is that recipient's.
 */
export function judgeChannel(
  results: readonly SendResult[],
  { configFault, retryAfterMs }: Pick<JudgedResults, "configFault" | "retryAfterMs">,
): ChannelObservation | undefined {
  if (configFault) return { kind: "refused", ...configFault, retryAfterMs };
  const has = (...statuses: SendResult["status"][]) =>
    results.some(({ status }) => statuses.includes(status));
  if (has("accepted", "rejected")) return { kind: "works" };
  const [first] = results;
  if (!first) return undefined;
  const seen = { code: first.code ?? first.status, detail: first.detail ?? "", retryAfterMs };
  if (results.every(({ status }) => status === "throttled")) {
    return retryAfterMs > 0 ? { kind: "throttled", ...seen } : undefined;
  }
  const isForRecipient = results.some((one) => one.status === "transient" && (one.retryAfterMs ?? 0) > 0);
  return isForRecipient ? undefined : { kind: "unreachable", ...seen };
}
