import { describe, expect, it } from "vitest";
import { generatePublisherToken, isReservedSlug, looksLikePublisherToken } from "./publisher.rules.ts";

describe("the name of a publisher", () => {
  it.each(["tidings", "tidings-labs", "registry", "official"])("may not be %s", (slug) => {
    expect(isReservedSlug(slug)).toBe(true);
  });

  it.each(["acme", "good-tidings", "tiding"])("may be %s", (slug) => {
    expect(isReservedSlug(slug)).toBe(false);
  });
});

describe("a publisher's token", () => {
  it("is different each time, and known by its form", () => {
    const [one, other] = [generatePublisherToken(), generatePublisherToken()];
    expect(one.token).not.toBe(other.token);
    expect(looksLikePublisherToken(one.token)).toBe(true);
    expect(looksLikePublisherToken(`td_live_${one.token.slice(7)}`)).toBe(false);
  });
});
