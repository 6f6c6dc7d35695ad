import type { PlannedRequest, PlannedResponse, SettleInput, SettleOutput } from "@tidings/sdk/plugin";
import { cutCall, type SmsCall, toRequest } from "./calls.ts";
import { readOutcome, type SmsOutcome } from "./outcome.ts";
import { settleQuery } from "./query.ts";
import { settleSync } from "./sync.ts";
import { readVerification } from "./verify.ts";

/*
 * One bad number makes the vendor refuse the whole call, and the answer does not say which. Nothing was sent
 * then, so the call is cut up and sent again. The host grants three rounds: first the whole call of n numbers,
 * then about √n parts of about √n numbers, then the parts that were refused again number by number. So each
 * bad number is found, and costs about √n extra calls rather than n.
 */
export function settle(input: SettleInput): SettleOutput {
  if (input.op === "verify") return { results: [], verification: readVerification(input.responses) };
  if (input.op === "query") return settleQuery(input);
  if (input.op === "sync") return settleSync(input);
  const output: Required<Pick<SettleOutput, "results" | "requests">> = { results: [], requests: [] };
  for (const response of input.responses) {
    const { fault, ...outcome } = readOutcome(response);
    const smaller = isolate(fault, response, input);
    if (smaller.length > 0) output.requests.push(...smaller);
    else output.results.push(...response.refs.map((ref) => ({ ref, ...outcome })));
  }
  return output;
}

function isolate(
  fault: SmsOutcome["fault"],
  response: PlannedResponse,
  input: SettleInput,
): PlannedRequest[] {
  const call = response.context as SmsCall | undefined;
  const count = response.refs.length;
  if (!fault || !call || count < 2) return [];
  // Every message of a SendSms call has the same content: cutting it up would find nobody to blame.
  if (fault === "content" && call.action === "SendSms") return [];
  const isFirstRound = !response.id.includes(".");
  const parts = isFirstRound ? Math.ceil(Math.sqrt(count)) : count;
  return cutCall(call, response.refs, parts).map((share, index) =>
    toRequest(`${response.id}.${index + 1}`, share.refs, share.call, input.settings),
  );
}
