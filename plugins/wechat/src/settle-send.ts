import type { PlannedResponse, SendResult } from "@tidings/sdk/plugin";
import { readOutcome } from "./outcome.ts";

export function settleSend(response: PlannedResponse): SendResult[] {
  const outcome = readOutcome(response);
  const vendorId = outcome.status === "accepted" && "body" in response ? findMsgid(response.body) : undefined;
  return response.refs.map((ref) => ({ ref, ...outcome, ...(vendorId && { vendorId }) }));
}

/** An integer of 64 bits, of which JSON.parse would lose the end: it is read as it is written. */
function findMsgid(body: string): string | undefined {
  return /"msgid"\s*:\s*"?(\d{1,20})\b/.exec(body)?.[1];
}
