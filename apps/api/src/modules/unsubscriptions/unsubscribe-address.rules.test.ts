import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newId } from "../../platform/ids.ts";
import { createUnsubscribeAddresses } from "./unsubscribe-address.rules.ts";

const BASE = "https://msg.school.example/u/";
const addresses = createUnsubscribeAddresses("https://msg.school.example/", randomBytes(32));
const NOW = new Date("2025-01-02T03:04:05Z");
const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
const recipient = { tenantId: newId("tenant"), kind: "email", address: "wang@example.cn" };
const pathOf = (address: string) => address.slice(BASE.length);

describe("an address for unsubscribing", () => {
  it("tells nothing to who does not know the key, and is the same for the same mail", () => {
    const address = addresses.write(recipient, NOW);
    expect(address).toMatch(/^https:\/\/msg\.school\.example\/u\/[\w-]{80,120}$/);
    expect(Buffer.from(pathOf(address), "base64url").includes("wang")).toBe(false);
    expect(addresses.write(recipient, NOW)).toBe(address);
    expect(addresses.write({ ...recipient, tenantId: newId("tenant") }, NOW)).not.toBe(address);
  });

  it("gives back what it was made of, whatever a program took along behind it", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z][a-z0-9_]{0,31}$/),
        fc.string({ minLength: 1, maxLength: 500, unit: "grapheme" }).filter((text) => text.isWellFormed()),
        fc.constantFrom("", "。", ".", ")"),
        (kind, address, rest) => {
          const asked = { ...recipient, kind, address: [...address].slice(0, 500).join("") };
          const written = pathOf(addresses.write(asked, NOW));
          if (written.length > 3_000) return;
          expect(addresses.read(written + rest, NOW)).toEqual(asked);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("cannot be changed, shortened or lengthened", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const bytes = Buffer.from(pathOf(addresses.write(recipient, NOW)), "base64url");
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ by;
        expect(addresses.read(bytes.toString("base64url"), NOW)).toBeUndefined();
        const longer = Buffer.concat([bytes, Buffer.from([by])]);
        expect(addresses.read(longer.toString("base64url"), NOW)).toBeUndefined();
        expect(addresses.read(bytes.subarray(0, -1).toString("base64url"), NOW)).toBeUndefined();
      }),
    );
  });

  it("works for two years, and at no other installation", () => {
    const path = pathOf(addresses.write(recipient, NOW));
    expect(addresses.read(path, inDays(730))).toEqual(recipient);
    expect(addresses.read(path, inDays(731))).toBeUndefined();
    const other = createUnsubscribeAddresses("https://msg.school.example", randomBytes(32));
    expect(other.read(path, NOW)).toBeUndefined();
  });

  it("reads any text without failing, and its own sample as none", () => {
    fc.assert(fc.property(fc.string(), (path) => addresses.read(path, NOW) === undefined));
    expect(addresses.read(pathOf(addresses.sample), NOW)).toBeUndefined();
  });
});
