import type { PluginManifest } from "../src/plugin/index.ts";

const text = { zh: "测试", en: "Test" };

/** The manifest of a small plugin, as it stands in a package. */
export const manifest: PluginManifest = {
  id: "acme/test",
  version: "1.0.0",
  protocol: ["1.2"],
  level: "pure",
  kind: "test",
  kindName: text,
  name: text,
  summary: text,
  entry: "plugin.js",
  settings: {
    type: "object",
    required: ["token"],
    additionalProperties: false,
    properties: { token: { type: "string", "x-secret": true } },
  },
  hosts: ["api.example.com"],
  auth: { api: { type: "bearer", secret: "token" } },
  address: { schema: { type: "string", maxLength: 50 }, label: text },
  content: { text: { label: text, required: true, maxLength: 100, escape: "none" } },
  receipts: { mode: "none", delivered: false, read: false },
  idempotency: { kind: "none" },
  limits: { batchSize: 10, concurrency: 1, timeoutMs: 1000 },
};

export const CODE = `export const plan = ({ messages }) => ({
  requests: messages.map(({ ref, content }) => ({
    id: ref,
    refs: [ref],
    method: "POST",
    url: "https://api.example.com/send",
    body: content.text,
    auth: "api",
  })),
});
export const settle = ({ responses }) => ({
  results: responses.flatMap(({ refs }) => refs.map((ref) => ({ ref, status: "accepted" }))),
});
`;

const sample = {
  settings: {},
  secrets: { token: "s3cr3t-token" },
  message: { address: "user-####", content: { text: "hello" }, variables: {} },
};

type Contents = Record<string, string | Uint8Array | undefined>;

/** The files of a small package; each may be replaced, or left out with undefined. */
export function makeFiles(change: Contents = {}): Map<string, Uint8Array> {
  const contents: Contents = {
    "channel.json": JSON.stringify(manifest),
    "plugin.js": CODE,
    "sample.json": JSON.stringify(sample),
    "README.md": "# Test\n",
    ...change,
  };
  return new Map(
    Object.entries(contents).flatMap(([path, content]) =>
      content === undefined ? [] : [[path, typeof content === "string" ? Buffer.from(content) : content]],
    ),
  );
}
