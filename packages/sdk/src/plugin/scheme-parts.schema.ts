export const pointer = { type: "string", pattern: "^(/[A-Za-z0-9_-]{1,64}){1,5}$" } as const;
export const headerName = { type: "string", pattern: "^[A-Za-z0-9-]{1,64}$" } as const;
export const paramName = { type: "string", pattern: "^[A-Za-z0-9_.-]{1,64}$" } as const;
export const text = { type: "string", maxLength: 500 } as const;
export const codes = {
  type: "array",
  minItems: 1,
  maxItems: 20,
  items: { type: "string", minLength: 1, maxLength: 64 },
} as const;

export const placement = {
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

export const refusal = {
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
