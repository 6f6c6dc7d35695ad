import { uuidv7 } from "uuidv7";

/**
 * Public ids: a prefix that names the kind, `_`, and the row's key in Crockford base32, lower case.
 * The database keeps the bare key (a time-sortable UUID version 7, or a bigint), so rows stay narrow and an id
 * of one kind is never taken for another.
 */
export const ID_PREFIXES = {
  account: "acc",
  apiKey: "key",
  approvalFlow: "apf",
  approvalRequest: "apr",
  channel: "chn",
  identity: "idn",
  member: "mem",
  message: "msg",
  policy: "pol",
  policyVersion: "pov",
  role: "rol",
  session: "ses",
  source: "src",
  tag: "tag",
  template: "tpl",
  templateVersion: "tpv",
  tenant: "ten",
  user: "usr",
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const VALUES = new Map([...ALPHABET].map((character, value) => [character, BigInt(value)]));
const UUID_DIGITS = 26;
const BIGINT_DIGITS = 13;

/** A new id of the given kind; ids sort by the time they were made. */
export function newId(kind: IdKind): string {
  return fromUuid(kind, uuidv7());
}

/** The public id for a row's UUID. */
export function fromUuid(kind: IdKind, uuid: string): string {
  return `${ID_PREFIXES[kind]}_${encode(BigInt(`0x${uuid.replaceAll("-", "")}`), UUID_DIGITS)}`;
}

/** The UUID behind a public id. Throws a `RangeError` for an id of another kind or a malformed one. */
export function toUuid(kind: IdKind, id: string): string {
  const hex = decode(id, `${ID_PREFIXES[kind]}_`, UUID_DIGITS, 128n).toString(16).padStart(32, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Whether the text is a well-formed id of the kind. */
export function isId(kind: IdKind, text: string): boolean {
  return text.length === 4 + UUID_DIGITS && new RegExp(idPattern(kind)).test(text);
}

/** Regular expression source that ids of the kind match. */
export function idPattern(kind: IdKind): string {
  return `^${ID_PREFIXES[kind]}_[0-7][${ALPHABET}]{25}$`;
}

/** Regular expression source of a delivery's id. */
export const DELIVERY_ID_PATTERN = `^dlv_[0-7][${ALPHABET}]{12}$`;

/** The public id of a delivery or an attempt, whose keys are bigints (as decimal text in JavaScript). */
export function fromBigint(prefix: "dlv" | "att", key: string | bigint): string {
  return `${prefix}_${encode(BigInt(key), BIGINT_DIGITS)}`;
}

/** The bigint key, as decimal text, behind a delivery's or attempt's id. Throws a `RangeError` when malformed. */
export function toBigint(prefix: "dlv" | "att", id: string): string {
  return decode(id, `${prefix}_`, BIGINT_DIGITS, 63n).toString();
}

function encode(value: bigint, digits: number): string {
  let text = "";
  let rest = value;
  for (let i = 0; i < digits; i++) {
    text = ALPHABET[Number(rest & 31n)] + text;
    rest >>= 5n;
  }
  return text;
}

function decode(id: string, prefix: string, digits: number, bits: bigint): bigint {
  if (!id.startsWith(prefix) || id.length !== prefix.length + digits) throw malformed(id, prefix);
  let value = 0n;
  for (const character of id.slice(prefix.length)) {
    const digit = VALUES.get(character);
    if (digit === undefined) throw malformed(id, prefix);
    value = (value << 5n) | digit;
  }
  if (value >> bits) throw malformed(id, prefix);
  return value;
}

function malformed(id: string, prefix: string): RangeError {
  return new RangeError(`"${id.slice(0, 40)}" is not an id of the form ${prefix}…`);
}
