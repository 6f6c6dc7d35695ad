// A vendor that does not deduplicate and keeps books: what it knows can be asked, what it sent can be taken back.

export function plan({ batchRef, messages, settings }) {
  const items = messages.map(({ ref, address, content }) => ({ ref, to: address, text: content.text }));
  return { requests: items.length === 0 ? [] : [request(batchRef, "", settings, { batchRef, items })] };
}

export const query = ({ messages, settings }) => ({ requests: followUp("query", messages, settings) });
export const recall = ({ messages, settings }) => ({ requests: followUp("recall", messages, settings) });

function followUp(path, messages, settings) {
  const items = messages.map(({ ref, batchRef, vendorId, address }) => ({
    ref,
    batchRef,
    vendorId,
    to: address,
  }));
  return items.length === 0 ? [] : [request(path, `/${path}`, settings, { items })];
}

const request = (id, path, settings, body) => ({
  id,
  refs: body.items.map(({ ref }) => ref),
  method: "POST",
  url: `${settings.url}/telegraph${path}`,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
  auth: "api",
});

/** Answers of the vendor are `{known: {<ref>: {status, at?, code?}}}` and `{recalls: {<ref>: {status, code?}}}`. */
export function settle({ op, responses }) {
  const each = (say) => responses.flatMap((response) => response.refs.map((ref) => say(response, ref)));
  if (op === "query") return { results: [], answers: each((response, ref) => sayOf(response, ref, "known")) };
  if (op === "recall")
    return { results: [], recalls: each((response, ref) => sayOf(response, ref, "recalls")) };
  return { results: each(outcomeOf) };
}

function sayOf(response, ref, book) {
  if ("error" in response || response.status !== 200) return { ref, status: "unanswered", code: "no_answer" };
  const entries = JSON.parse(response.body)[book];
  return { ref, ...(entries?.[ref] ?? { status: "unanswered", code: "no_answer" }) };
}

const TRANSPORT = { not_sent: "transient", blocked: "config", ambiguous: "unknown" };

function outcomeOf(response, ref) {
  if ("error" in response) return { ref, status: TRANSPORT[response.error], code: response.error };
  if (response.status === 429) return { ref, status: "throttled", code: "busy", retryAfterMs: 1000 };
  if (response.status >= 500) return { ref, status: "unknown", code: `http_${response.status}` };
  return { ref, status: "accepted", vendorId: `t-${ref}` };
}

export function parseReceipt({ body }) {
  return { events: JSON.parse(body).events, reply: { status: 200, body: "ok" } };
}
