import { type Operation, resolveSchema, type Schema } from "./openapi.ts";

/** Formats whose length follows from what they stand for. */
const BOUNDED_FORMATS = new Set(["date-time", "date", "uuid"]);

/**
 * The places in an operation's input that no limit holds: a string, array or object without a largest size, a number
 * without a maximum. Places read `operationId/body/member`, `/*` for items, `/{}` for values under free keys.
 */
export function findUnboundedInputs(operation: Operation): string[] {
  const { operationId, parameters = [], requestBody } = operation;
  const body = requestBody?.content["application/json"]?.schema;
  return [
    ...parameters.flatMap(({ name, schema }) => walk(schema, `${operationId}?${name}`, [])),
    ...(body ? walk(body, `${operationId}`, []) : []),
  ];
}

function walk(given: Schema, place: string, above: Schema[]): string[] {
  const schema = resolveSchema(given);
  if (schema.enum || "const" in schema || above.includes(schema)) return [];
  const path = [...above, schema];
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const types = [schema.type ?? []].flat();
  return [
    ...(isUnbounded(schema, types) ? [place] : []),
    ...(types.length === 0 && alternatives.length === 0 ? [place] : []),
    ...alternatives.flatMap((alternative) => walk(alternative, place, path)),
    ...(schema.items ? walk(schema.items, `${place}/*`, path) : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
      walk(member, `${place}/${name}`, path),
    ),
    ...(typeof schema.additionalProperties === "object"
      ? walk(schema.additionalProperties, `${place}/{}`, path)
      : []),
  ];
}

function isUnbounded(schema: Schema, types: string[]): boolean {
  return types.some((type) => {
    if (type === "string") return schema.maxLength === undefined && !isBoundedText(schema);
    if (type === "array") return schema.maxItems === undefined;
    if (type === "number" || type === "integer")
      return (schema.maximum ?? schema.exclusiveMaximum) === undefined;
    if (type === "object") return hasFreeKeys(schema) && schema.maxProperties === undefined;
    return false;
  });
}

const hasFreeKeys = ({ additionalProperties }: Schema) =>
  additionalProperties === true || typeof additionalProperties === "object";

function isBoundedText({ format, pattern }: Schema): boolean {
  return BOUNDED_FORMATS.has(format ?? "") || (pattern !== undefined && isBoundedPattern(pattern));
}

/** Anchored at both ends, and nothing in it may be repeated without end. */
export function isBoundedPattern(pattern: string): boolean {
  const bare = pattern.replace(/\\./g, "x").replace(/\[[^\]]*\]/g, "x");
  return /^\^[^|]*\$$/.test(bare) && !/[*+]|\{\d+,\}/.test(bare);
}
