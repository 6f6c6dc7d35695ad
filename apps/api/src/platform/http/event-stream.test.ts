import { afterEach, expect, it, vi } from "vitest";
import { eventStream } from "./event-stream.ts";

afterEach(() => void vi.useRealTimers());

it("ends when the credential does, and says whoever comes back how to go on", async () => {
  vi.useFakeTimers();
  let stopCount = 0;
  const response = eventStream(
    { method: "GET" },
    (sink) => {
      sink.send("news", { count: 1 }, "first");
      return () => {
        stopCount++;
      };
    },
    { until: new Date(Date.now() + 20_000) },
  );
  const text = response.text();
  await vi.advanceTimersByTimeAsync(19_999);
  expect(stopCount).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(stopCount).toBe(1);
  expect(await text).toContain('id: first\nevent: news\ndata: {"count":1}\n\n');
});
