import { HMAC_ALGORITHMS, HMAC_ENCODINGS } from "./hmac.ts";
import { headerName, paramName, placement, refusal, text } from "./scheme-parts.schema.ts";
import { SIGNED_TOKEN_ALGORITHMS } from "./signed-token.ts";

const seconds = { type: "integer", minimum: 60, maximum: 86_400 } as const;
const key = {
  type: "string",
  pattern: "^\\$\\{secrets\\.[a-z][a-zA-Z0-9]{0,63}(/[A-Za-z0-9_-]{1,64}){0,5}\\}$",
} as const;

const fieldsBut = (...reserved: string[]) => ({
  type: "object",
  maxProperties: 20,
  propertyNames: { pattern: "^[A-Za-z0-9_:./-]{1,64}$", not: { enum: reserved } },
});

/** The part of the manifest's schema that declares a signed token. */
export const signedToken = {
  type: "object",
  required: ["algorithm", "key"],
  additionalProperties: false,
  properties: {
    algorithm: { enum: SIGNED_TOKEN_ALGORITHMS },
    key,
    header: { ...fieldsBut("alg"), additionalProperties: text },
    claims: {
      ...fieldsBut("iat", "exp"),
      additionalProperties: { oneOf: [text, { type: "number" }, { type: "boolean" }] },
    },
    lifetimeSeconds: seconds,
  },
};

export const jwtScheme = {
  type: "object",
  required: ["type", "token", "reuseSeconds", "placement"],
  additionalProperties: false,
  properties: { type: { const: "jwt" }, token: signedToken, reuseSeconds: seconds, placement, refusal },
};

const additions = (names: object) => ({
  type: "object",
  minProperties: 1,
  maxProperties: 8,
  propertyNames: names,
  additionalProperties: text,
});

export const hmacScheme = {
  type: "object",
  required: ["type", "secret", "algorithm", "encoding", "message"],
  additionalProperties: false,
  properties: {
    type: { const: "hmac" },
    secret: { type: "string", pattern: "^[a-z][a-zA-Z0-9]{0,63}$" },
    algorithm: { enum: HMAC_ALGORITHMS },
    encoding: { enum: HMAC_ENCODINGS },
    message: { type: "string", minLength: 1, maxLength: 500 },
    timestamp: { enum: ["seconds", "milliseconds"] },
    headers: additions(headerName),
    query: additions(paramName),
  },
};
