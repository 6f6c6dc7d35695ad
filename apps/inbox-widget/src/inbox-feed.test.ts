import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Snapshot } from "./inbox.rules.ts";
import { followInbox } from "./inbox-feed.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const snapshot = (unreadCount: number): Snapshot => ({ unreadCount, toConfirmCount: 0, entries: [] });

/** A stream that tells these and then ends, or stays silent. */
function streamOf(texts: string[], { isLeftOpen = false } = {}) {
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
      if (!isLeftOpen) controller.close();
    },
  });
}

const told = (unreadCount: number) =>
  `id: mark-${unreadCount}\nevent: inbox\ndata: ${JSON.stringify(snapshot(unreadCount))}\n\n`;

/** Follows an inbox whose streams are these, one after the other; without a further one there is none. */
function given(streams: (() => ReadableStream<Uint8Array<ArrayBuffer>>)[]) {
  const asked: (string | undefined)[] = [];
  const heard: number[] = [];
  let pollCount = 0;
  const stop = new AbortController();
  const over = followInbox(
    {
      client: {
        async openEvents(lastEventId, signal) {
          asked.push(lastEventId);
          const stream = streams.shift()?.();
          if (!stream) throw new Error("no stream gets through");
          const cut = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
          stream.pipeTo(cut.writable, { signal }).catch(() => {});
          return cut.readable;
        },
        readSnapshot: async () => snapshot(100 + ++pollCount),
      },
      onSnapshot: ({ unreadCount }) => heard.push(unreadCount),
      onFailure: () => {},
    },
    stop.signal,
  );
  return { asked, heard, stop: () => stop.abort(), over };
}

it("comes back to a stream that has ended, and says what it has seen", async () => {
  const { asked, heard, stop, over } = given([
    () => streamOf([told(1)]),
    () => streamOf([told(2)], { isLeftOpen: true }),
  ]);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(heard).toEqual([1, 2]);
  expect(asked).toEqual([undefined, "mark-1"]);
  stop();
  await over;
});

it("asks instead where no stream gets through, and tries one again now and then", async () => {
  const { asked, heard, stop, over } = given([]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(heard).toEqual([101, 102, 103]);
  expect(asked).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(300_000);
  expect(asked.length).toBeGreaterThanOrEqual(4);
  expect(heard.length).toBeGreaterThanOrEqual(12);
  stop();
  await over;
});

it("gives up a stream on which nothing is said, as behind a proxy that holds it back", async () => {
  const { asked, stop, over } = given([() => streamOf([told(1)], { isLeftOpen: true })]);
  await vi.advanceTimersByTimeAsync(44_000);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(asked.length).toBeGreaterThan(1);
  stop();
  await over;
});
