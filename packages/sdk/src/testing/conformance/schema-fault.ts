import type { ErrorObject } from "ajv/dist/2020.js";
import { type Fault, fault } from "../../faults/index.ts";

type Read = (path: string, params: Record<string, unknown>) => Fault;

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
const limitOf = ({ limit }: Record<string, unknown>): number => Number(limit);

const readNumber: Read = (path, params) =>
  fault("schema_number", { path, comparison: textOf(params.comparison), limit: limitOf(params) });
const readFew: Read = (path, params) => fault("schema_few", { path, limit: limitOf(params) });
const readMany: Read = (path, params) => fault("schema_many", { path, limit: limitOf(params) });

/** What a keyword of JSON Schema has against a value. Those that put schemas together say only that none fits. */
const READERS: Record<string, Read> = {
  required: (path, params) => fault("schema_required", { path, name: textOf(params.missingProperty) }),
  additionalProperties: (path, params) =>
    fault("schema_unknown", { path, name: textOf(params.additionalProperty) }),
  unevaluatedProperties: (path, params) =>
    fault("schema_unknown", { path, name: textOf(params.unevaluatedProperty) }),
  propertyNames: (path, params) => fault("schema_unknown", { path, name: textOf(params.propertyName) }),
  type: (path, params) => fault("schema_type", { path, type: [params.type].flat().join(", ") }),
  enum: (path, params) =>
    fault("schema_enum", { path, allowed: [params.allowedValues].flat().map(textOf).join(", ") }),
  const: (path, params) => fault("schema_const", { path, allowed: textOf(params.allowedValue) }),
  minLength: (path, params) => fault("schema_short", { path, limit: limitOf(params) }),
  maxLength: (path, params) => fault("schema_long", { path, limit: limitOf(params) }),
  minimum: readNumber,
  maximum: readNumber,
  exclusiveMinimum: readNumber,
  exclusiveMaximum: readNumber,
  pattern: (path, params) => fault("schema_pattern", { path, pattern: textOf(params.pattern) }),
  format: (path, params) => fault("schema_format", { path, format: textOf(params.format) }),
  minItems: readFew,
  minProperties: readFew,
  maxItems: readMany,
  maxProperties: readMany,
  uniqueItems: (path) => fault("schema_repeated", { path }),
};

/** What a validator found, as a fault. */
export function faultOf({ keyword, instancePath, params }: ErrorObject): Fault {
  const path = instancePath || "/";
  return READERS[keyword]?.(path, params) ?? fault("schema_shape", { path });
}
