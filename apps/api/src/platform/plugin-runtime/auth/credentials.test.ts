import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { channelWith, manifestWith } from "../testing/plugins.ts";
import { createCredentialsCache } from "./credentials.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const refuse = () => {
  throw new Error("no scheme of these tests needs a token");
};
const manifest = manifestWith();
const noTokens = { shared: refuse, own: refuse };

function countingChannel() {
  const channel = channelWith({ readSecrets: vi.fn(async () => ({ token: "tok-0123456789" })) });
  return { channel, readCount: () => vi.mocked(channel.readSecrets).mock.calls.length };
}

it("keeps what it read for a minute and no longer, however often it is asked for", async () => {
  const cache = createCredentialsCache(noTokens);
  const { channel, readCount } = countingChannel();
  for (let second = 0; second < 59; second += 1) {
    await cache.get(channel, manifest);
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(readCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1000);
  await cache.get(channel, manifest);
  expect(readCount()).toBe(2);
});

it("keeps the tenants' channels apart", async () => {
  const cache = createCredentialsCache(noTokens);
  const { channel, readCount } = countingChannel();
  await cache.get(channel, manifest);
  await cache.get({ ...channel, tenantId: "ten_2" }, manifest);
  expect(readCount()).toBe(2);
});
