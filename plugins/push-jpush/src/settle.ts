import type { PlannedResponse, SendResult, SettleInput, SettleOutput } from "@tidings/sdk/plugin";
import { readMessageId } from "./message-ids.ts";
import { type Outcome, readOutcome } from "./outcome.ts";
import { settleQuery } from "./query.ts";
import { settleRecall } from "./recall.ts";
import { audienceOf } from "./recipients.ts";
import { readVerification } from "./verify.ts";

export function settle(input: SettleInput): SettleOutput {
  switch (input.op) {
    case "verify":
      return { results: [], verification: readVerification(input.responses) };
    case "query":
      return settleQuery(input);
    case "recall":
      return settleRecall(input);
    default:
      return { results: input.responses.flatMap((response) => readResults(response, input)) };
  }
}

/** A push is taken or refused as a whole. */
function readResults(response: PlannedResponse, { responses, settings }: SettleInput): SendResult[] {
  const outcome = nameDeadDevices(readOutcome(response), settings);
  if (outcome.status !== "accepted") return response.refs.map((ref) => ({ ref, ...outcome }));
  const id = "body" in response ? readMessageId(response.body) : undefined;
  if (!id) return response.refs.map((ref) => ({ ref, status: "unknown", code: "unreadable_answer" }));
  const isShared = response.refs.length > 1;
  // An id of its own costs the host a row for each message, which one call for all does without.
  const own = !isShared || responses.length > 1;
  return response.refs.map((ref) => ({
    ref,
    status: "accepted",
    ...(own && { vendorId: id }),
    ...(isShared && { batchVendorId: id }),
  }));
}

const NO_TARGET = "1011";

/**
 * Nobody meets the push's conditions. Where they are registration ids on any platform, there are no such devices; an
 * alias may be bound tomorrow, and a device of another platform is none of this channel's only.
 */
function nameDeadDevices(outcome: Outcome, settings: SettleInput["settings"]): Outcome {
  const namesDevices = audienceOf(settings) === "registration_id" && settings.platforms === "all";
  return outcome.code === NO_TARGET && namesDevices ? { ...outcome, code: "unknown_device" } : outcome;
}
