const pointer = { type: "string", pattern: "^(/[A-Za-z0-9_-]{1,64}){1,5}$" } as const;
const headerName = { type: "string", pattern: "^[A-Za-z0-9-]{1,64}$" } as const;
const paramName = { type: "string", pattern: "^[A-Za-z0-9_.-]{1,64}$" } as const;
const text = { type: "string", maxLength: 500 } as const;
const codes = {
  type: "array",
  minItems: 1,
  maxItems: 20,
  items: { type: "string", minLength: 1, maxLength: 64 },
} as const;

const fields = { type: "object", maxProperties: 20, propertyNames: paramName } as const;

const request = {
  type: "object",
  required: ["method", "url"],
  additionalProperties: false,
  properties: {
    method: { enum: ["GET", "POST"] },
    url: { type: "string", minLength: 1, maxLength: 500 },
    query: { ...fields, additionalProperties: text },
    form: { ...fields, additionalProperties: text },
    json: {
      ...fields,
      additionalProperties: { oneOf: [text, { type: "number" }, { type: "boolean" }] },
    },
    auth: { type: "string", minLength: 1, maxLength: 64 },
  },
} as const;

const answer = {
  type: "object",
  required: ["token"],
  additionalProperties: false,
  properties: {
    token: pointer,
    lifetimeSeconds: pointer,
    code: pointer,
    detail: pointer,
    transientCodes: codes,
  },
} as const;

const placement = {
  oneOf: [
    {
      type: "object",
      required: ["in", "name"],
      additionalProperties: false,
      properties: { in: { const: "query" }, name: paramName },
    },
    {
      type: "object",
      required: ["in", "name"],
      additionalProperties: false,
      properties: {
        in: { const: "header" },
        name: headerName,
        prefix: { type: "string", pattern: "^[\\x20-\\x7e]{1,64}$" },
      },
    },
  ],
} as const;

const refusal = {
  type: "object",
  minProperties: 1,
  additionalProperties: false,
  dependentRequired: { codes: ["code"], code: ["codes"], subCode: ["code"] },
  properties: {
    statuses: {
      type: "array",
      minItems: 1,
      maxItems: 5,
      // A server error says nothing about whether the call was carried out.
      items: { type: "integer", minimum: 400, maximum: 499 },
    },
    code: pointer,
    subCode: pointer,
    codes,
  },
} as const;

/** The part of the manifest's schema that declares an access token. */
export const accessTokenScheme = {
  type: "object",
  required: ["type", "request", "answer", "placement", "refusal"],
  additionalProperties: false,
  properties: { type: { const: "access-token" }, request, answer, placement, refusal },
} as const;
