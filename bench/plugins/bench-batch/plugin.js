/** One POST for the whole batch; the vendor answers in its order and echoes our refs. */
export function plan({ messages, settings, batchRef }) {
  const body = JSON.stringify({
    messages: messages.map(({ ref, address, content }) => ({
      ref,
      to: address,
      title: content.title,
      text: content.text,
    })),
  });
  return {
    requests: [
      {
        id: batchRef,
        refs: messages.map(({ ref }) => ref),
        method: "POST",
        url: settings.url,
        headers: { "content-type": "application/json" },
        body,
      },
    ],
  };
}

export function settle({ responses }) {
  return { results: responses.flatMap(readResponse) };
}

function readResponse(response) {
  if (response.error) return response.refs.map((ref) => ({ ref, status: "unknown", code: response.error }));
  if (response.status !== 200) {
    return response.refs.map((ref) => ({ ref, status: "transient", code: `http_${response.status}` }));
  }
  const { batchId, results } = JSON.parse(response.body);
  return results.map(({ ref, ok }) => ({
    ref,
    status: ok ? "accepted" : "rejected",
    batchVendorId: batchId,
  }));
}
