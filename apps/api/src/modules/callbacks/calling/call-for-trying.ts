import { newId } from "../../../platform/ids.ts";
import type { ToldEvent } from "../event.repository.ts";
import { type Call, type CallEndpoint, type CallOutcome, writeBody } from "./call-endpoint.ts";

/** No delivery has the highest of all numbers. */
const NO_DELIVERY = "dlv_7zzzzzzzzzzzz";

/** Calls with one made-up event: to see whether the receiver is there and knows the secret. */
export function callEndpointOnce(
  callEndpoint: CallEndpoint,
  endpoint: Pick<Call, "tenantId" | "endpointId" | "url">,
  now: Date,
): Promise<CallOutcome> {
  const event: ToldEvent = {
    id: `${NO_DELIVERY}.delivered`,
    type: "delivered",
    at: now.toISOString(),
    messageId: newId("message"),
    deliveryId: NO_DELIVERY,
    step: 0,
    channel: { id: newId("channel"), code: "test", kind: "sms" },
    userId: "test",
    address: null,
    reason: null,
  };
  return callEndpoint({ ...endpoint, id: newId("callback"), body: writeBody("test", now, [event]) });
}
