import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { isReceiptToken, receiptsUrl } from "./receipts-url.rules.ts";

const key = randomBytes(32);

it("makes an address whose token fits this channel and this installation only", () => {
  const url = new URL(receiptsUrl("https://tidings.example/", key, "chn_1"));
  const [, version, what, channelId, token = ""] = url.pathname.split("/");
  expect([url.origin, version, what, channelId]).toEqual([
    "https://tidings.example",
    "v1",
    "receipts",
    "chn_1",
  ]);
  expect(token).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(isReceiptToken(key, "chn_1", token)).toBe(true);
  expect(isReceiptToken(key, "chn_2", token)).toBe(false);
  expect(isReceiptToken(randomBytes(32), "chn_1", token)).toBe(false);
  expect(isReceiptToken(key, "chn_1", token.slice(1))).toBe(false);
});
