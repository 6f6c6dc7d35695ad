import { type Envelope, type KeyPair, newKeyPair, packFiles, signPackage } from "@tidings/sdk/package";
import type { PluginManifest } from "@tidings/sdk/plugin";

const text = { zh: "测试", en: "Test" };

/** The manifest of a small, sound plugin. */
const MANIFEST: PluginManifest = {
  id: "acme/pigeon",
  version: "1.0.0",
  protocol: ["1.0"],
  level: "pure",
  kind: "push",
  kindName: text,
  name: { zh: "信鸽", en: "Pigeon" },
  summary: text,
  entry: "plugin.js",
  settings: {
    type: "object",
    required: ["token"],
    additionalProperties: false,
    properties: { token: { type: "string", title: "Token", maxLength: 100, "x-secret": true } },
  },
  hosts: ["api.pigeon.example"],
  auth: { api: { type: "bearer", secret: "token" } },
  address: { schema: { type: "string", maxLength: 50 }, label: text },
  content: { text: { label: text, required: true, maxLength: 100, escape: "none" } },
  receipts: { mode: "none", delivered: false, read: false },
  idempotency: { kind: "none" },
  limits: { batchSize: 10, concurrency: 1, timeoutMs: 1000 },
};

export const SOUND_CODE = `export function plan({ messages }) {
  const requests = messages.map(({ ref, address, content }) => ({
    id: ref,
    refs: [ref],
    method: "POST",
    url: "https://api.pigeon.example/send",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ to: address, text: content.text }),
    auth: "api",
  }));
  return { requests };
}

export function settle({ responses }) {
  return { results: responses.flatMap((response) => response.refs.map((ref) => ({ ref, ...judge(response) }))) };
}

const TRANSPORT = { not_sent: "transient", blocked: "config", ambiguous: "unknown" };

function judge(response) {
  if ("error" in response) return { status: TRANSPORT[response.error], code: response.error };
  const code = "http_" + response.status;
  if (response.status === 401 || response.status === 403) return { status: "config", code };
  if (response.status === 429) return { status: "throttled", code, retryAfterMs: 1000 };
  if (response.status >= 500) return { status: "unknown", code };
  if (response.status >= 400) return { status: "rejected", code };
  if (response.status >= 300) return { status: "transient", code };
  return isAccepted(response.body) ? { status: "accepted" } : { status: "unknown", code: "garbled" };
}

function isAccepted(body) {
  try {
    return JSON.parse(body)?.accepted === true;
  } catch {
    return false;
  }
}
`;

/** Holds the sandbox's only thread with the first batch. */
export const GREEDY_CODE = `${SOUND_CODE.replace("export function plan", "function planGently")}
export function plan(batch) {
  for (;;) planGently(batch);
}
`;

/** Forgets the last recipient. */
export const FORGETFUL_CODE = SOUND_CODE.replace("messages.map((", "messages.slice(0, -1).map((");

const SAMPLE = {
  settings: {},
  secrets: { token: "s3cr3t-token" },
  message: { address: "user-####", content: { text: "hello" }, variables: {} },
};

export interface PackageChange {
  manifest?: Partial<PluginManifest>;
  code?: string;
  readme?: string;
}

export function packAcme({ manifest = {}, code = SOUND_CODE, readme = "# Pigeon\n" }: PackageChange = {}) {
  return packFiles(
    new Map([
      ["channel.json", Buffer.from(JSON.stringify({ ...MANIFEST, ...manifest }))],
      ["plugin.js", Buffer.from(code)],
      ["sample.json", Buffer.from(JSON.stringify(SAMPLE))],
      ["README.md", Buffer.from(readme)],
    ]),
  );
}

/** A body of `POST /v1/publishers/acme/submissions`. */
export interface SubmissionBody {
  archive: string;
  envelope: Envelope;
}

/** A signed submission; `signer` may be somebody else than who is named. */
export async function signedBody(
  change: PackageChange,
  signer: KeyPair,
  publisher = "acme",
): Promise<SubmissionBody> {
  const archive = await packAcme(change);
  const envelope = await signPackage(archive, signer.privateKey, { publisher });
  return { archive: Buffer.from(archive).toString("base64"), envelope };
}

export const newKey = newKeyPair;
