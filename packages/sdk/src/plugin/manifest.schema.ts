import { accessTokenScheme } from "./access-token.schema.ts";
import { ADDRESS_ORIGINS, HOST_ABILITIES, RECEIPT_MODES, SUPPRESSING_ORIGINS } from "./manifest.ts";
import { receiptAuthentication } from "./receipt-authentication.schema.ts";
import { hmacScheme, jwtScheme } from "./signed.schema.ts";

const localizedText = {
  type: "object",
  required: ["zh", "en"],
  additionalProperties: false,
  properties: {
    zh: { type: "string", minLength: 1, maxLength: 500 },
    en: { type: "string", minLength: 1, maxLength: 500 },
  },
} as const;

const settingName = { type: "string", pattern: "^[a-z][a-zA-Z0-9]{0,63}$" } as const;

/** A literal, or a setting that has it. */
const carrierName = {
  type: "string",
  pattern: "^([A-Za-z0-9_-]{1,64}|\\$\\{settings\\.[a-z][a-zA-Z0-9]{0,63}\\})$",
} as const;

const authScheme = {
  type: "object",
  required: ["type"],
  oneOf: [
    authObject("bearer", { secret: settingName }),
    authObject("basic", { user: settingName, secret: settingName }),
    authObject("header", { name: carrierName, secret: settingName }),
    authObject("query", { name: carrierName, secret: settingName }),
    authObject("acs3", { accessKeyId: settingName, secret: settingName }),
    authObject("tc3", {
      secretId: settingName,
      secret: settingName,
      service: { type: "string", pattern: "^[a-z][a-z0-9]{0,31}$" },
    }),
    authObject("standard-webhooks", { secret: settingName }),
    hmacScheme,
    jwtScheme,
    accessTokenScheme,
  ],
};

function authObject(type: string, properties: Record<string, unknown>) {
  return {
    type: "object",
    required: ["type", ...Object.keys(properties)],
    additionalProperties: false,
    properties: { type: { const: type }, ...properties },
  };
}

const contentField = {
  type: "object",
  required: ["label", "required", "maxLength", "escape"],
  additionalProperties: false,
  properties: {
    label: localizedText,
    required: { type: "boolean" },
    maxLength: { type: "integer", minimum: 1, maximum: 262144 },
    escape: { enum: ["none", "html"] },
    multiline: { type: "boolean" },
    renderedBy: { enum: ["host", "vendor"] },
    namesVendorTemplate: { type: "boolean" },
    choices: {
      type: "array",
      minItems: 1,
      maxItems: 20,
      items: {
        type: "object",
        required: ["value", "label"],
        additionalProperties: false,
        properties: { value: { type: "string", minLength: 1, maxLength: 64 }, label: localizedText },
      },
    },
    help: localizedText,
  },
} as const;

const batchSize = { type: "integer", minimum: 1, maximum: 2000 } as const;
/** At most 400 days: longer than any vendor remembers. */
const followUpWindow = { type: "integer", minimum: 1, maximum: 34_560_000 } as const;

/** Strict JSON Schema (2020-12) of `channel.json`; a key it does not know is an error. */
export const manifestSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Tidings channel manifest",
  type: "object",
  additionalProperties: false,
  required: [
    "id",
    "version",
    "protocol",
    "level",
    "kind",
    "kindName",
    "name",
    "summary",
    "entry",
    "settings",
    "hosts",
    "auth",
    "address",
    "content",
    "receipts",
    "idempotency",
    "limits",
  ],
  properties: {
    $schema: { type: "string" },
    id: { type: "string", pattern: "^[a-z0-9-]{1,40}/[a-z0-9-]{1,60}$" },
    version: { type: "string", pattern: "^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$" },
    protocol: {
      type: "array",
      minItems: 1,
      maxItems: 8,
      items: { type: "string", pattern: "^\\d+\\.\\d+$" },
    },
    level: { enum: ["pure", "native"] },
    kind: { type: "string", pattern: "^[a-z][a-z0-9_]{0,31}$" },
    kindName: localizedText,
    name: localizedText,
    summary: localizedText,
    entry: { type: "string", pattern: "^[a-zA-Z0-9_./-]{1,200}$" },
    docsUrl: { type: "string", format: "uri", maxLength: 500 },
    settings: {
      type: "object",
      required: ["type", "properties"],
      additionalProperties: false,
      properties: {
        type: { const: "object" },
        required: { type: "array", items: settingName, maxItems: 40 },
        additionalProperties: { const: false },
        properties: {
          type: "object",
          maxProperties: 40,
          propertyNames: settingName,
          additionalProperties: {
            type: "object",
            required: ["type"],
            properties: { type: { enum: ["string", "integer", "boolean"] } },
          },
        },
      },
    },
    hosts: { type: "array", maxItems: 20, items: { type: "string", minLength: 1, maxLength: 253 } },
    http2: { type: "boolean" },
    auth: { type: "object", maxProperties: 8, additionalProperties: authScheme },
    address: {
      type: "object",
      required: ["schema", "label"],
      additionalProperties: false,
      properties: {
        schema: {
          type: "object",
          required: ["type", "maxLength"],
          properties: { type: { const: "string" }, maxLength: { type: "integer", maximum: 500 } },
        },
        label: localizedText,
        from: { enum: ADDRESS_ORIGINS },
      },
    },
    content: { type: "object", minProperties: 1, maxProperties: 20, additionalProperties: contentField },
    receipts: {
      type: "object",
      required: ["mode", "delivered", "read"],
      additionalProperties: false,
      properties: {
        mode: { enum: RECEIPT_MODES },
        pollSeconds: { type: "integer", minimum: 1, maximum: 86_400 },
        delivered: { type: "boolean" },
        read: { type: "boolean" },
        authentication: receiptAuthentication,
      },
    },
    idempotency: {
      type: "object",
      required: ["kind"],
      additionalProperties: false,
      properties: { kind: { enum: ["key", "none"] }, windowSeconds: { type: "integer", minimum: 1 } },
    },
    query: {
      type: "object",
      required: ["windowSeconds", "batchSize", "notBeforeSeconds"],
      additionalProperties: false,
      properties: {
        windowSeconds: followUpWindow,
        batchSize,
        notBeforeSeconds: { type: "integer", minimum: 0, maximum: 3600 },
      },
    },
    recall: {
      type: "object",
      required: ["windowSeconds", "batchSize"],
      additionalProperties: false,
      properties: { windowSeconds: followUpWindow, batchSize },
    },
    collect: {
      type: "object",
      required: ["pollSeconds", "when"],
      additionalProperties: false,
      properties: {
        pollSeconds: { type: "integer", minimum: 10, maximum: 86_400 },
        when: {
          type: "object",
          required: ["field", "values"],
          additionalProperties: false,
          properties: {
            field: settingName,
            values: { type: "array", minItems: 1, maxItems: 20, items: { type: "string", maxLength: 100 } },
          },
        },
      },
    },
    unsubscribe: { type: "boolean" },
    vendorTemplates: { enum: [true, false, "named"] },
    billing: {
      type: "object",
      required: ["unit", "fields", "count", "single", "multi"],
      additionalProperties: false,
      properties: {
        unit: localizedText,
        fields: { type: "array", minItems: 1, maxItems: 20, uniqueItems: true, items: { type: "string" } },
        count: { enum: ["utf16", "code_points"] },
        single: { type: "integer", minimum: 1, maximum: 10_000 },
        multi: { type: "integer", minimum: 1, maximum: 10_000 },
        added: {
          type: "object",
          required: ["length"],
          additionalProperties: false,
          properties: { length: { type: "integer", minimum: 0, maximum: 1000 }, setting: settingName },
        },
      },
    },
    limits: {
      type: "object",
      required: ["batchSize", "concurrency", "timeoutMs"],
      additionalProperties: false,
      properties: {
        batchSize,
        concurrency: { type: "integer", minimum: 1, maximum: 256 },
        timeoutMs: { type: "integer", minimum: 500, maximum: 60000 },
        perRecipient: {
          type: "array",
          minItems: 1,
          maxItems: 4,
          items: {
            type: "object",
            required: ["messages", "seconds"],
            additionalProperties: false,
            properties: {
              messages: { type: "integer", minimum: 1, maximum: 10000 },
              seconds: { type: "integer", minimum: 1, maximum: 86400 },
            },
          },
        },
      },
    },
    uses: { type: "array", minItems: 1, maxItems: 10, uniqueItems: true, items: { enum: HOST_ABILITIES } },
    errors: { type: "object", maxProperties: 500, additionalProperties: localizedText },
    suppresses: {
      type: "object",
      maxProperties: 100,
      additionalProperties: {
        type: "object",
        required: ["origin"],
        additionalProperties: false,
        properties: {
          origin: { enum: SUPPRESSING_ORIGINS },
          days: { type: "integer", minimum: 1, maximum: 3650 },
        },
      },
    },
    allowances: {
      type: "object",
      required: ["subject", "noneLeft"],
      additionalProperties: false,
      properties: {
        subject: settingName,
        when: {
          type: "object",
          required: ["field", "values"],
          additionalProperties: false,
          properties: {
            field: settingName,
            values: { type: "array", minItems: 1, maxItems: 20, items: { type: "string", maxLength: 64 } },
          },
        },
        noneLeft: {
          type: "array",
          minItems: 1,
          maxItems: 20,
          uniqueItems: true,
          items: { type: "string", minLength: 1, maxLength: 64 },
        },
      },
    },
  },
};
