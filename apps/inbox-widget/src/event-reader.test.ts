import { expect, it } from "vitest";
import { readEvents, type ServerEvent } from "./event-reader.ts";

async function read(parts: string[]): Promise<{ events: ServerEvent[]; signCount: number }> {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  const events: ServerEvent[] = [];
  let signCount = 0;
  for await (const event of readEvents(body, () => signCount++)) events.push(event);
  return { events, signCount };
}

it("reads events however they are cut, and leaves out comments", async () => {
  const { events, signCount } = await read([
    "retry: 3000\n\n: still here\n\nid: a\nevent: inb",
    'ox\ndata: {"n":1}\n',
    '\nevent: inbox\ndata: {"n":2}\n\nevent: inbox\ndata: {"n":3}',
  ]);
  expect(events).toEqual([
    { id: "a", event: "inbox", data: '{"n":1}' },
    { id: undefined, event: "inbox", data: '{"n":2}' },
  ]);
  expect(signCount).toBe(3);
});

it("joins lines of data, and takes both ends of lines", async () => {
  const { events } = await read(["data: 一\r\ndata: 二\r\n\r\n"]);
  expect(events).toEqual([{ id: undefined, event: "message", data: "一\n二" }]);
});

it("gives up what never ends", async () => {
  await expect(read(["data: ", "x".repeat(2_000_001)])).rejects.toThrow("without an end");
});
