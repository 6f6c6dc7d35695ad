import { expect, it } from "vitest";
import { sha256 } from "../../platform/crypto/index.ts";
import { generateApiKey, looksLikeApiKey } from "./api-key.rules.ts";

it("makes keys that are recognised, never the same twice, and kept as a hash only", () => {
  const keys = Array.from({ length: 100 }, generateApiKey);
  expect(new Set(keys.map(({ key }) => key)).size).toBe(100);
  for (const { key, keyHash, lastFour } of keys) {
    expect(looksLikeApiKey(key)).toBe(true);
    expect(keyHash).toEqual(sha256(key));
    expect(key.endsWith(lastFour)).toBe(true);
  }
});

it.each(["", "td_live_", "td_test_abc", `td_live_${"a".repeat(42)}`, `td_live_${"a".repeat(43)}\n`])(
  "does not take %j for a key",
  (text) => {
    expect(looksLikeApiKey(text)).toBe(false);
  },
);
