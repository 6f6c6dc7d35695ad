const settingName = { type: "string", pattern: "^[a-z][a-zA-Z0-9]{0,63}$" } as const;
const paramName = { type: "string", pattern: "^[A-Za-z0-9_.-]{1,64}$" } as const;

const envelope = {
  type: "object",
  required: ["type", "key", "field", "signature", "receiver"],
  additionalProperties: false,
  properties: {
    type: { const: "aes-cbc" },
    key: settingName,
    field: { type: "string", pattern: "^[A-Za-z][A-Za-z0-9_]{0,63}$" },
    signature: paramName,
    receiver: settingName,
  },
} as const;

/** The part of the manifest's schema that declares how a push proves whose it is. */
export const receiptAuthentication = {
  type: "object",
  required: ["type", "secret", "signature", "timestamp", "nonce", "windowSeconds"],
  additionalProperties: false,
  properties: {
    type: { const: "sorted-sha1" },
    secret: settingName,
    signature: paramName,
    timestamp: paramName,
    nonce: paramName,
    windowSeconds: { type: "integer", minimum: 60, maximum: 3600 },
    envelope,
  },
} as const;
