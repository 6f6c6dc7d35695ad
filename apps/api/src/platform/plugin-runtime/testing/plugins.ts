import type { NativePlugin, PluginManifest, PurePlugin, SendResult, SettleInput } from "@tidings/sdk/plugin";
import type { Logger } from "../../logger.ts";
import type { LoadedPlugins, PluginCatalogue, PluginModule } from "../catalogue.ts";
import type { ChannelHandle } from "../channel.ts";

/** The entry of a manifest's `hosts` that stands for a setting. */
export const hostOfSetting = (name: string) => `\${settings.${name}}`;

/** A manifest in order, for a vendor at `settings.endpoint` with a bearer token. */
export function manifestWith(overrides: Partial<PluginManifest> = {}): PluginManifest {
  const text = { zh: "测试", en: "Test" };
  return {
    id: "acme/test",
    version: "1.0.0",
    protocol: ["1.0"],
    level: "pure",
    kind: "test",
    kindName: text,
    name: text,
    summary: text,
    entry: "plugin.js",
    settings: {
      type: "object",
      required: ["endpoint", "token"],
      additionalProperties: false,
      properties: {
        endpoint: { type: "string", maxLength: 200 },
        token: { type: "string", "x-secret": true },
      },
    },
    hosts: [hostOfSetting("endpoint")],
    auth: { api: { type: "bearer", secret: "token" } },
    address: { schema: { type: "string", maxLength: 100 }, label: text },
    content: { text: { label: text, required: true, maxLength: 500, escape: "none" } },
    receipts: { mode: "none", delivered: false, read: false },
    idempotency: { kind: "none" },
    limits: { batchSize: 100, concurrency: 8, timeoutMs: 1000 },
    ...overrides,
  };
}

/** A catalogue of one plugin. */
export function catalogueOf(manifest: PluginManifest, functions: PurePlugin | NativePlugin): LoadedPlugins {
  const plugin = { manifest, validateSettings: () => [], secretFields: [] };
  const module = { level: manifest.level, functions } as PluginModule;
  const catalogue: PluginCatalogue = {
    list: () => [plugin],
    find: (pluginId) => (pluginId === manifest.id ? plugin : undefined),
    obstacleTo: () => undefined,
  };
  return {
    of: () => catalogue,
    open: (_tenantId, pluginId) =>
      pluginId === manifest.id ? { manifest, module: async () => module } : undefined,
  };
}

/** Posts each message by itself; an answer below 300 is `accepted`, an error passes its name on as the code. */
export const postEach: PurePlugin = {
  plan: ({ messages, settings }) => ({
    requests: messages.map(({ ref }) => ({
      id: ref,
      refs: [ref],
      method: "POST",
      url: `${settings.endpoint}/send/${ref}`,
      body: ref,
      auth: "api",
    })),
  }),
  settle: (input) => ({ results: acceptAll(input) }),
};

export function acceptAll({ responses }: SettleInput): SendResult[] {
  return responses.flatMap((response) =>
    response.refs.map((ref): SendResult => {
      if ("error" in response) {
        return { ref, status: "unknown", code: response.error, detail: response.detail };
      }
      return { ref, status: response.status < 300 ? "accepted" : "rejected", detail: response.body };
    }),
  );
}

export function channelWith(overrides: Partial<ChannelHandle> = {}): ChannelHandle {
  return {
    tenantId: "ten_1",
    channelId: "chn_1",
    revision: 1,
    pluginId: "acme/test",
    settings: {},
    readSecrets: async () => ({ token: "tok-0123456789" }),
    ...overrides,
  };
}

export function batchOf(...refs: string[]) {
  const messages = refs.map((ref) => ({
    ref,
    address: `user-${ref}`,
    content: { text: "hello" },
    variables: {},
  }));
  return { batchRef: "bat_1", messages };
}

interface RecordedLog {
  level: string;
  fields: Record<string, unknown>;
  message: string;
}

/** A logger that keeps what it is told. */
export function recordingLogger(): { logger: Logger; logs: RecordedLog[] } {
  const logs: RecordedLog[] = [];
  const record =
    (level: string) =>
    (fields: Record<string, unknown>, message = "") => {
      logs.push({ level, fields, message });
    };
  const levels = ["info", "warn", "error", "debug", "fatal"];
  return {
    logger: Object.fromEntries(levels.map((level) => [level, record(level)])) as unknown as Logger,
    logs,
  };
}
