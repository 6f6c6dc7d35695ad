/** One POST for each message. */
export function plan({ messages, settings }) {
  return {
    requests: messages.map(({ ref, address, content }) => ({
      id: ref,
      refs: [ref],
      method: "POST",
      url: settings.url,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ref, to: address, title: content.title, text: content.text }),
    })),
  };
}

export function settle({ responses }) {
  return {
    results: responses.map((response) => {
      const [ref] = response.refs;
      if (response.error) return { ref, status: "unknown", code: response.error };
      return response.status === 200
        ? { ref, status: "accepted" }
        : { ref, status: "transient", code: `http_${response.status}` };
    }),
  };
}

/** A push is a JSON array of the refs that were delivered. */
export function parseReceipt({ body, now }) {
  const events = JSON.parse(body).map((ref) => ({ eventId: ref, ref, type: "delivered", at: now }));
  return { events, reply: { status: 200, body: "{}" } };
}
