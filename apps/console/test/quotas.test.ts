import { expect, test } from "vitest";
import { Quotas } from "#lib/quotas/quotas.ts";

const quota = (kind: string, used: number, limit: number) => ({ kind, used, limit, contact: "" });

test("a kind of channel is full at its own limit, or at that of all channels", () => {
  const ownLimit = new Quotas([
    quota("channels", 5, 20),
    quota("channels:sms", 5, 5),
    quota("channels:email", 0, 5),
  ]);
  expect(ownLimit.isFullOfChannels("sms")).toBe(true);
  expect(ownLimit.isFullOfChannels("email")).toBe(false);
  const allChannels = new Quotas([quota("channels", 20, 20), quota("channels:email", 0, 5)]);
  expect(allChannels.isFullOfChannels("email")).toBe(true);
});

test("a role that may not see the limits is not held back by them: the API decides", () => {
  expect(new Quotas([]).isFull("sources")).toBe(false);
});
