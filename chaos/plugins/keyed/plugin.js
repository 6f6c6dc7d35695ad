/** The vendor drops a repeat of a ref: whatever it may have taken is simply sent again. */
export function plan({ messages, settings, batchRef }) {
  const body = JSON.stringify({
    messages: messages.map(({ ref, address, content }) => ({ ref, to: address, mark: content.text })),
  });
  const refs = messages.map(({ ref }) => ref);
  return { requests: [{ id: batchRef, refs, method: "POST", url: settings.url, body }] };
}

export const settle = ({ responses }) => ({ results: responses.flatMap(readResponse) });

function readResponse(response) {
  const all = (status, code) => response.refs.map((ref) => ({ ref, status, code }));
  if (response.error) return all(response.error === "not_sent" ? "transient" : "unknown", response.error);
  if (response.status === 429) return all("throttled", "http_429");
  if (response.status !== 200) return all("unknown", `http_${response.status}`);
  return JSON.parse(response.body).results.map(({ ref, ok }) =>
    ok ? { ref, status: "accepted" } : { ref, status: "rejected", code: "refused" },
  );
}

export function parseReceipt({ body }) {
  return { events: JSON.parse(body).events, reply: { status: 200, body: "ok" } };
}
