/** The vendor knows no repeats, but tells what it has: whatever it may have taken is asked about. */
export function plan({ messages, settings, batchRef }) {
  const body = JSON.stringify({
    messages: messages.map(({ ref, address, content }) => ({ ref, to: address, mark: content.text })),
  });
  const refs = messages.map(({ ref }) => ref);
  return { requests: [{ id: batchRef, refs, method: "POST", url: settings.url, body }] };
}

export function query({ messages, settings, seed }) {
  const refs = messages.map(({ ref }) => ref);
  const body = JSON.stringify({ refs });
  return { requests: [{ id: seed, refs, method: "POST", url: `${settings.url}/query`, body }] };
}

export const settle = ({ op, responses }) =>
  op === "query"
    ? { results: [], answers: responses.flatMap(readAnswer) }
    : { results: responses.flatMap(readResponse) };

function readAnswer({ refs, status, body }) {
  const known = status === 200 ? new Set(JSON.parse(body).known) : undefined;
  return refs.map((ref) => ({
    ref,
    status: !known ? "unanswered" : known.has(ref) ? "accepted" : "not_found",
  }));
}

function readResponse(response) {
  const all = (status, code) => response.refs.map((ref) => ({ ref, status, code }));
  if (response.error === "not_sent") return all("transient", "not_sent");
  if (response.error) return all("unknown", response.error);
  if (response.status === 429) return all("throttled", "http_429");
  if (response.status !== 200) return all("unknown", `http_${response.status}`);
  return JSON.parse(response.body).results.map(({ ref, ok }) =>
    ok ? { ref, status: "accepted" } : { ref, status: "rejected", code: "refused" },
  );
}

export function parseReceipt({ body }) {
  return { events: JSON.parse(body).events, reply: { status: 200, body: "ok" } };
}
