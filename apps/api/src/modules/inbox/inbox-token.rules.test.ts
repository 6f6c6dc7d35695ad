import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { newId } from "../../platform/ids.ts";
import { createInboxTokens, type InboxToken } from "./inbox-token.rules.ts";

const tokens = createInboxTokens(randomBytes(32));
const now = new Date("2026-09-01T08:00:00Z");
const given = (): InboxToken => ({
  tenantId: newId("tenant"),
  channelId: newId("channel"),
  userId: newId("user"),
  sourceId: newId("source"),
  expiresAt: new Date("2026-09-01T09:00:00Z"),
});

it("reads what it has written, until its time is over", () => {
  const token = given();
  const text = tokens.write(token);
  expect(text).toMatch(/^tdi_[A-Za-z0-9_-]{139}$/);
  expect(tokens.read(text, now)).toEqual(token);
  expect(tokens.read(text, new Date("2026-09-01T08:59:59.999Z"))).toEqual(token);
  expect(tokens.read(text, token.expiresAt)).toBeUndefined();
});

it("reads no token of another installation", () => {
  expect(createInboxTokens(randomBytes(32)).read(tokens.write(given()), now)).toBeUndefined();
});

it("reads no token of which a single character was changed, added or left out", () => {
  const text = tokens.write(given());
  const other = (character: string) => (character === "A" ? "B" : "A");
  for (let at = 0; at < text.length - 1; at++) {
    const changed = text.slice(0, at) + other(text[at] ?? "") + text.slice(at + 1);
    expect(tokens.read(changed, now), String(at)).toBeUndefined();
  }
  expect(tokens.read(`${text}A`, now)).toBeUndefined();
  expect(tokens.read(text.slice(0, -1), now)).toBeUndefined();
});

it.each(["", "tdi_", "x", "td_live_abc", "tdi_".padEnd(143, "!")])("reads nothing in %j", (text) => {
  expect(tokens.read(text, now)).toBeUndefined();
});
