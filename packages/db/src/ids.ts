import { getRandomValues } from "node:crypto";
import { V7Generator } from "uuidv7";

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
  audienceFile: "afl",
  callback: "cbk",
  callbackEndpoint: "cep",
  channel: "chn",
  department: "dep",
  identity: "idn",
  member: "mem",
  message: "msg",
  policy: "pol",
  policyVersion: "pov",
  publisher: "pub",
  publisherInvitation: "piv",
  publisherToken: "ptk",
  recall: "rcl",
  recipientList: "lst",
  registry: "reg",
  role: "rol",
  segment: "seg",
  series: "ser",
  session: "ses",
  source: "src",
  suppression: "sup",
  tag: "tag",
  template: "tpl",
  templateVersion: "tpv",
  tenant: "ten",
  user: "usr",
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const UUID_DIGITS = 26;
const BIGINT_DIGITS = 13;

/** Four digits carry as much as five of hexadecimal, 20 bits: ids are converted in such groups, by table. */
const GROUP_DIGITS = 4;
const GROUP_HEX = 5;
const PAIRS = [...ALPHABET].flatMap((high) => [...ALPHABET].map((low) => high + low));
const CODES = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
/** What a digit stands for, by its code; negative where the character is none. */
const VALUE_BY_CODE = Int8Array.from(CODES, (character) => ALPHABET.indexOf(character));
/** The same for UUIDs, which come from the database and are well-formed. */
const HEX_BY_CODE = Int8Array.from(CODES, (character) => Number.parseInt(character, 16));
const TWO_HEX = Array.from({ length: 1 << 8 }, (_, value) => value.toString(16).padStart(2, "0"));
const THREE_HEX = Array.from({ length: 1 << 12 }, (_, value) => value.toString(16).padStart(3, "0"));
const HYPHEN = "-".charCodeAt(0);

/** A call for random numbers costs as much as an id, however many it asks for. */
const random = { numbers: new Uint32Array(1024), used: 1024 };
const uuids = new V7Generator({
  nextUint32() {
    if (random.used === random.numbers.length) {
      getRandomValues(random.numbers);
      random.used = 0;
    }
    return random.numbers[random.used++] ?? 0;
  },
});

/** A new id of the given kind; ids sort by the time they were made. */
export function newId(kind: IdKind): string {
  return fromUuid(kind, uuids.generate().toString());
}

/** The public id for a row's UUID. */
export function fromUuid(kind: IdKind, uuid: string): string {
  return `${ID_PREFIXES[kind]}_${encode(uuid, 32)}`;
}

/** The UUID behind a public id. Throws a `RangeError` for an id of another kind or a malformed one. */
export function toUuid(kind: IdKind, id: string): string {
  const hex = decode(id, `${ID_PREFIXES[kind]}_`, UUID_DIGITS);
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
  return `${prefix}_${encode(BigInt(key).toString(16).padStart(16, "0"), 16)}`;
}

/** The bigint key, as decimal text, behind a delivery's or attempt's id. Throws a `RangeError` when malformed. */
export function toBigint(prefix: "dlv" | "att", id: string): string {
  const hex = decode(id, `${prefix}_`, BIGINT_DIGITS);
  if (hex >= "8") throw malformed(id, `${prefix}_`);
  return BigInt(`0x${hex}`).toString();
}

/** `count` hexadecimal digits, 16 or 32, as 13 or 26 of base32; the groups are counted from the right. */
function encode(hex: string, count: 16 | 32): string {
  let left = count % GROUP_HEX;
  let digits: 1 | 2 | typeof GROUP_DIGITS = left === 1 ? 1 : 2;
  let text = "";
  let value = 0;
  for (let at = 0; at < hex.length; at++) {
    const code = hex.charCodeAt(at);
    if (code === HYPHEN) continue;
    value = value * 16 + (HEX_BY_CODE[code] ?? 0);
    if (--left > 0) continue;
    text += toDigits(value, digits);
    left = GROUP_HEX;
    digits = GROUP_DIGITS;
    value = 0;
  }
  return text;
}

function toDigits(value: number, digits: 1 | 2 | typeof GROUP_DIGITS): string {
  if (digits === 1) return ALPHABET[value] ?? "";
  const low = PAIRS[value & 1023] ?? "";
  return digits === 2 ? low : (PAIRS[value >> 10] ?? "") + low;
}

/** The opposite of `encode`, for an id with its prefix. */
function decode(id: string, prefix: string, digits: number): string {
  if (!id.startsWith(prefix) || id.length !== prefix.length + digits) throw malformed(id, prefix);
  const head = digits % GROUP_DIGITS;
  const start = prefix.length;
  const first = fromDigits(id, start, head);
  // The head has 5 or 10 bits, of which 4 or 8 are used.
  if (first < 0 || first >= 1 << (head * 4)) throw malformed(id, prefix);
  let hex = first.toString(16).padStart(head, "0");
  for (let at = start + head; at < id.length; at += GROUP_DIGITS) {
    const value = fromDigits(id, at, GROUP_DIGITS);
    if (value < 0) throw malformed(id, prefix);
    hex += (THREE_HEX[value >> 8] ?? "") + (TWO_HEX[value & 255] ?? "");
  }
  return hex;
}

/** The number in `count` digits from `start`; negative when one of them is none. */
function fromDigits(id: string, start: number, count: number): number {
  let value = 0;
  for (let at = start; at < start + count; at++) {
    const digit = VALUE_BY_CODE[id.charCodeAt(at)] ?? -1;
    if (digit < 0) return -1;
    value = value * 32 + digit;
  }
  return value;
}

function malformed(id: string, prefix: string): RangeError {
  return new RangeError(`"${id.slice(0, 40)}" is not an id of the form ${prefix}…`);
}
