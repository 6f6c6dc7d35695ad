import type { CallbackEvent } from "#lib/api/client.ts";

/** A call with a signature that is right, for those who write a receiver. The secret belongs to nobody. */
export const EXAMPLE_SECRET = `whsec_${btoa("an-example-only-24-bytes")}`;

const event: CallbackEvent = {
  id: "dlv_0000000000001.delivered",
  type: "delivered",
  at: "2026-11-23T06:00:00.000Z",
  messageId: "msg_00000000000000000000000001",
  deliveryId: "dlv_0000000000001",
  step: 0,
  channel: { id: "chn_00000000000000000000000001", code: "school-sms", kind: "sms" },
  userId: "20230001",
  address: null,
  reason: null,
};

export const EXAMPLE_CALL = {
  id: "cbk_00000000000000000000000001",
  timestamp: "1795413601",
  signature: "v1,8Eomr9qfBXM9BSdZtnqguTSGvlOoEvdfmP3P/DaLneI=",
  body: JSON.stringify({
    type: "deliveries",
    timestamp: "2026-11-23T06:00:01.000Z",
    data: { events: [event] },
  }),
};

/** The call as it arrives. */
export function exampleRequest(): string {
  const { id, timestamp, signature, body } = EXAMPLE_CALL;
  return [
    "content-type: application/json",
    `webhook-id: ${id}`,
    `webhook-timestamp: ${timestamp}`,
    `webhook-signature: ${signature}`,
    "",
    body,
  ].join("\n");
}
