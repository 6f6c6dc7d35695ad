import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLogger } from "../../../platform/logger.ts";
import { createProgressFeed } from "./progress-feed.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A feed of what `read` says, and somebody who writes down what they hear. */
function given(read: (count: number) => number, overAt = Number.POSITIVE_INFINITY) {
  let reads = 0;
  const feed = createProgressFeed({
    read: async () => {
      const value = read(++reads);
      return { value, isOver: value >= overAt };
    },
    limits: { perTenant: 10, inAll: 10 },
    logger: createLogger("silent"),
  });
  const listen = (messageId = "m") => {
    const heard: (number | string)[] = [];
    const stop = feed.listen("t", messageId, {
      onNews: ({ value }) => heard.push(value),
      onEnd: () => heard.push("end"),
    });
    return { heard, stop };
  };
  return { feed, listen, readCount: () => reads };
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000 - 1);

it("reads a message once a second, however many listen, and not at all when nobody does", async () => {
  const { listen, readCount } = given((count) => count);
  const listeners = [listen(), listen(), listen()];
  await seconds(3);
  for (const { heard } of listeners) expect(heard).toEqual([1, 2, 3]);
  for (const { stop } of listeners) stop();
  await seconds(5);
  expect(readCount()).toBe(3);
});

it("says nothing while nothing changes, and the latest to who comes later", async () => {
  const { listen } = given((count) => Math.min(count, 2));
  const first = listen();
  await seconds(5);
  expect(first.heard).toEqual([1, 2]);
  expect(listen().heard).toEqual([2]);
});

it("tells the last news and ends when the message is over; who comes afterwards is told the same", async () => {
  const { listen, readCount } = given((count) => count, 2);
  const { heard } = listen();
  await seconds(5);
  expect(heard).toEqual([1, 2, "end"]);
  const late = listen();
  await seconds(1);
  expect(late.heard).toEqual([3, "end"]);
  expect(readCount()).toBe(3);
});

it("goes on after a reading that failed", async () => {
  const { listen } = given((count) => {
    if (count === 2) throw new Error("the database is away");
    return count;
  });
  const { heard } = listen();
  await seconds(3);
  expect(heard).toEqual([1, 3]);
});

it("ends everybody when the process stops, and takes nobody any more", async () => {
  const { feed, listen } = given((count) => count);
  const [one, other] = [listen("m"), listen("n")];
  await seconds(1);
  feed.close();
  expect(one.heard.at(-1)).toBe("end");
  expect(other.heard.at(-1)).toBe("end");
  expect(() => listen()).toThrow("about to stop");
});
