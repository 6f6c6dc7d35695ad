import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBigint, fromUuid, isId, newId, toBigint, toUuid } from "../src/ids.ts";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Base32 by the book, digit by digit. */
function base32(value: bigint, digits: number): string {
  return Array.from({ length: digits }, (_, at) =>
    ALPHABET.charAt(Number((value >> BigInt(5 * (digits - 1 - at))) & 31n)),
  ).join("");
}

describe("ids", () => {
  it("write a UUID as base32 and read it back", () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const id = fromUuid("message", uuid);
        expect(id).toBe(`msg_${base32(BigInt(`0x${uuid.replaceAll("-", "")}`), 26)}`);
        expect(isId("message", id)).toBe(true);
        expect(toUuid("message", id)).toBe(uuid);
        expect(fromUuid("message", uuid.toUpperCase())).toBe(id);
      }),
    );
  });

  it("write a bigint as base32 and read it back", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (key) => {
        const id = fromBigint("dlv", key);
        expect(id).toBe(`dlv_${base32(key, 13)}`);
        expect(toBigint("dlv", id)).toBe(key.toString());
      }),
    );
  });

  it("sort by the time they were made", () => {
    const ids = Array.from({ length: 100 }, () => newId("user"));
    expect([...ids].sort()).toEqual(ids);
  });

  it.each([
    ["another kind", `usr_${"0".repeat(26)}`],
    ["too short", `msg_${"0".repeat(25)}`],
    ["too long", `msg_${"0".repeat(27)}`],
    ["more than 128 bits", `msg_8${"0".repeat(25)}`],
    ["a letter that is no digit", `msg_${"0".repeat(25)}i`],
    ["upper case", `msg_${"0".repeat(25)}A`],
    ["a character beyond ASCII", `msg_${"0".repeat(25)}一`],
  ])("refuse %s", (_what, id) => {
    expect(() => toUuid("message", id)).toThrow(RangeError);
    expect(isId("message", id)).toBe(false);
  });

  it.each(["dlv_8000000000000", "dlv_g000000000000", "dlv_00", "att_0000000000000"])("refuse %s", (id) => {
    expect(() => toBigint("dlv", id)).toThrow(RangeError);
  });
});
