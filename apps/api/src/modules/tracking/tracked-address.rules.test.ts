import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTrackedAddresses, MAX_TOKEN_CHARACTERS } from "./tracked-address.rules.ts";

const PUBLIC_URL = "https://msg.school.example/";
const BASE = "https://msg.school.example/t/";
const addresses = createTrackedAddresses(PUBLIC_URL, randomBytes(32));
const key = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }).map(String);
const name = fc.uint8Array({ minLength: 6, maxLength: 6 });
const carried = fc.dictionary(
  fc.stringMatching(/^user_[a-z]{1,8}$/),
  fc.oneof(fc.string({ maxLength: 40 }), fc.integer()),
  { maxKeys: 3 },
);
const pathOf = (address: string | undefined) => (address ?? "").slice(BASE.length);

describe("a tracked address", () => {
  it("is short, and tells nothing to who does not know the key", () => {
    const address = addresses.write("1234567", Buffer.alloc(6), {});
    expect(address).toMatch(/^https:\/\/msg\.school\.example\/t\/[\w-]{36}$/);
  });

  it("gives back what it was made of, whatever a program took along behind it", () => {
    fc.assert(
      fc.property(
        key,
        name,
        carried,
        fc.constantFrom("", "。", "，请查收", ".", ")"),
        (id, link, values, rest) => {
          const read = addresses.read(pathOf(addresses.write(id, link, values)) + rest);
          expect(read?.carried).toEqual(values);
          expect(read?.name).toEqual(Buffer.from(link));
        },
      ),
    );
  });

  it("cannot be changed, shortened or lengthened", () => {
    fc.assert(
      fc.property(
        key,
        name,
        carried,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (id, link, values, at, by) => {
          const bytes = Buffer.from(pathOf(addresses.write(id, link, values)), "base64url");
          const place = at % bytes.length;
          bytes[place] = (bytes[place] ?? 0) ^ by;
          expect(addresses.read(bytes.toString("base64url"))).toBeUndefined();
          expect(
            addresses.read(Buffer.concat([bytes, Buffer.from([by])]).toString("base64url")),
          ).toBeUndefined();
          expect(addresses.read(bytes.subarray(0, -1).toString("base64url"))).toBeUndefined();
        },
      ),
    );
  });

  it("is worth nothing at another installation", () => {
    const other = createTrackedAddresses(PUBLIC_URL, randomBytes(32));
    expect(other.read(pathOf(addresses.write("7", Buffer.alloc(6), {})))).toBeUndefined();
  });

  it("reads any text without failing", () => {
    fc.assert(fc.property(fc.string(), (path) => addresses.read(path) === undefined));
  });

  it("is not made where programs would cut it off", () => {
    expect(
      addresses.write("7", Buffer.alloc(6), { user_note: "x".repeat(MAX_TOKEN_CHARACTERS) }),
    ).toBeUndefined();
  });
});
