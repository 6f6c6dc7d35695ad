// The courier's side of the tests: one call a batch, one result a recipient, receipts of every type.

export function plan({ batchRef, messages, settings }) {
  const items = messages.map(({ ref, address, content }) => ({ ref, to: address, text: content.text }));
  if (items.length === 0) return { requests: [] };
  const request = {
    id: batchRef,
    refs: items.map(({ ref }) => ref),
    method: "POST",
    url: `${settings.url}/courier`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ batchRef, items }),
    auth: "api",
  };
  return { requests: [request] };
}

export function settle({ responses }) {
  return { results: responses.flatMap((response) => response.refs.map((ref) => outcomeOf(response, ref))) };
}

const TRANSPORT = { not_sent: "transient", blocked: "config", ambiguous: "unknown" };

function outcomeOf(response, ref) {
  if ("error" in response) return { ref, status: TRANSPORT[response.error], code: response.error };
  if (response.status === 401)
    return { ref, status: "config", code: "bad_token", detail: "The token is wrong." };
  if (response.status === 429) return { ref, status: "throttled", code: "busy", retryAfterMs: 1000 };
  if (response.status !== 200) return { ref, status: "transient", code: `http_${response.status}` };
  const { refused = {} } = JSON.parse(response.body);
  return refused[ref]
    ? { ref, status: "rejected", code: refused[ref] }
    : { ref, status: "accepted", vendorId: `v-${ref}` };
}

/** `{events: [{eventId, type, at, ref | batchRef + address | vendorId}]}` */
export function parseReceipt({ body }) {
  const { events } = JSON.parse(body);
  return { events, reply: { status: 200, body: "ok" } };
}
