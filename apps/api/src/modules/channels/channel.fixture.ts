import type { PluginManifest } from "@tidings/sdk/plugin";
import type { LoadedPlugin, PluginCatalogue, PluginCatalogues } from "../../platform/plugin-runtime/index.ts";

const text = { zh: "测试", en: "Test" };

const manifest: PluginManifest = {
  id: "test/carrier",
  version: "1.0.0",
  protocol: ["1.0"],
  level: "pure",
  kind: "sms",
  kindName: text,
  name: text,
  summary: text,
  entry: "plugin.js",
  settings: {
    type: "object",
    required: ["endpoint", "secretKey"],
    properties: {
      endpoint: { type: "string" },
      secretKey: { type: "string", "x-secret": true },
      proxyPassword: { type: "string", "x-secret": true },
    },
  },
  hosts: [],
  auth: {},
  address: { schema: { type: "string", maxLength: 20 }, label: text },
  content: { text: { label: text, required: true, maxLength: 500, escape: "none" } },
  receipts: { mode: "push", delivered: true, read: false },
  idempotency: { kind: "none" },
  limits: { batchSize: 10, concurrency: 1, timeoutMs: 1_000 },
};

const secretFields = ["secretKey", "proxyPassword"];

/** A plugin with one required setting, one required secret and one optional secret; it serves `sms`. */
export const testPlugin: LoadedPlugin = {
  manifest,
  secretFields,
  validateSettings: (values) =>
    (manifest.settings.required ?? [])
      .filter((field) => !values[field])
      .map((field) => ({
        pointer: `/${secretFields.includes(field) ? "secrets" : "settings"}/${field}`,
        detail: "This field is required.",
        code: "required",
      })),
};

/** A second kind, without receipts. */
const otherPlugin: LoadedPlugin = {
  ...testPlugin,
  manifest: {
    ...manifest,
    id: "test/mail",
    kind: "email",
    receipts: { mode: "none", delivered: false, read: false },
  },
};

const plugins = [testPlugin, otherPlugin];

const catalogue: PluginCatalogue = {
  list: () => plugins,
  find: (pluginId) => plugins.find(({ manifest: { id } }) => id === pluginId),
  obstacleTo: () => undefined,
};

export const testCatalogue: PluginCatalogues = { of: () => catalogue };
