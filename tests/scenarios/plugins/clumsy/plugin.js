// A plugin with a bug: it throws over some messages before it has said whom to call. It knows no vendor.

export function plan({ messages }) {
  if (messages.some(({ content }) => content.text === "throw")) throw new Error("clumsy");
  return { requests: [], results: messages.map(({ ref }) => ({ ref, status: "accepted" })) };
}

export const settle = () => ({ results: [] });
