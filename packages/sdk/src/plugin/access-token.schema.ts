import { codes, paramName, placement, pointer, refusal, text } from "./scheme-parts.schema.ts";
import { signedToken } from "./signed.schema.ts";

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
    assertion: signedToken,
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

/** The part of the manifest's schema that declares an access token. */
export const accessTokenScheme = {
  type: "object",
  required: ["type", "request", "answer", "placement", "refusal"],
  additionalProperties: false,
  properties: { type: { const: "access-token" }, request, answer, placement, refusal },
} as const;
