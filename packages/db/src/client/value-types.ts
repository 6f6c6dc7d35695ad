import type { PostgresType } from "postgres";
import { formatArrayLiteral, parseArrayLiteral } from "./array-literal.ts";

/**
 * How values cross the wire, the same for `tx.sql` and Drizzle:
 *
 * | PostgreSQL                         | read as             | written from                               |
 * |------------------------------------|---------------------|--------------------------------------------|
 * | int2, int4, oid, float4, float8    | number              | number                                     |
 * | int8, numeric                      | string              | string, number, bigint                     |
 * | timestamptz                        | Date (millisecond)  | Date or ISO text                           |
 * | date, time, timestamp, interval    | string              | string                                     |
 * | json, jsonb                        | parsed              | object or array; **text is taken as JSON** |
 * | bytea                              | Buffer              | Buffer, Uint8Array                         |
 * | uuid, text, inet, …                | string              | string                                     |
 * | one-dimensional arrays of these    | array, NULL as null | array; Date, boolean, bigint and Buffer    |
 * |                                    |                     | elements only through `sql.array()`        |
 *
 * JSON text passes as it is because Drizzle encodes before the driver does; `tx.sql` callers who want a bare JSON
 * string write `JSON.stringify(text)`.
 */
interface ValueType {
  oid: number;
  arrayOid: number;
  parse(text: string): unknown;
  serialize(value: unknown): string;
}

const asText = (value: unknown) => String(value);
const asIs = (text: string) => text;

function jsonText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function momentText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function byteText(value: unknown): string {
  if (typeof value === "string") return value;
  return `\\x${Buffer.from(value as Uint8Array).toString("hex")}`;
}

const number = { parse: Number, serialize: asText };
const text = { parse: asIs, serialize: asText };
const json = { parse: JSON.parse, serialize: jsonText };
const boolean = {
  parse: (value: string) => value === "t",
  serialize: (value: unknown) => (value === true || value === "t" || value === "true" ? "t" : "f"),
};
const moment = { parse: (value: string) => new Date(value), serialize: momentText };
const bytes = { parse: (value: string) => Buffer.from(value.slice(2), "hex"), serialize: byteText };

const VALUE_TYPES = {
  boolean: { oid: 16, arrayOid: 1000, ...boolean },
  bytea: { oid: 17, arrayOid: 1001, ...bytes },
  int8: { oid: 20, arrayOid: 1016, ...text },
  int2: { oid: 21, arrayOid: 1005, ...number },
  int4: { oid: 23, arrayOid: 1007, ...number },
  text: { oid: 25, arrayOid: 1009, ...text },
  oid: { oid: 26, arrayOid: 1028, ...number },
  json: { oid: 114, arrayOid: 199, ...json },
  float4: { oid: 700, arrayOid: 1021, ...number },
  float8: { oid: 701, arrayOid: 1022, ...number },
  inet: { oid: 869, arrayOid: 1041, ...text },
  varchar: { oid: 1043, arrayOid: 1015, ...text },
  date: { oid: 1082, arrayOid: 1182, ...text },
  time: { oid: 1083, arrayOid: 1183, ...text },
  timestamp: { oid: 1114, arrayOid: 1115, ...text },
  timestamptz: { oid: 1184, arrayOid: 1185, ...moment },
  numeric: { oid: 1700, arrayOid: 1231, ...text },
  uuid: { oid: 2950, arrayOid: 2951, ...text },
  jsonb: { oid: 3802, arrayOid: 3807, ...json },
} satisfies Record<string, ValueType>;

/** The driver's `types` option: every type above and its array. */
export function driverTypes(): Record<string, PostgresType> {
  const types: Record<string, PostgresType> = {};
  for (const [name, { oid, arrayOid, parse, serialize }] of Object.entries<ValueType>(VALUE_TYPES)) {
    types[name] = { to: oid, from: [oid], parse, serialize };
    types[`${name}Array`] = {
      to: arrayOid,
      from: [arrayOid],
      parse: (literal: string) => parseArrayLiteral(literal, parse),
      // Drizzle hands over a literal it has formatted itself.
      serialize: (items: unknown) => (Array.isArray(items) ? formatArrayLiteral(items, serialize) : items),
    };
  }
  return types;
}

/** Element type to array type, which the driver's `sql.array()` looks up. */
export const ARRAY_TYPE_BY_ELEMENT: Readonly<Record<number, number>> = Object.fromEntries(
  Object.values(VALUE_TYPES).map(({ oid, arrayOid }) => [oid, arrayOid]),
);
