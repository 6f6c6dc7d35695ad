import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  givenSchool,
  type Installation,
  messageTo,
  type School,
  startInstallation,
  until,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  await school.addUsers([{ userId: "u-1", identities: [{ kind: "webhook", address: "one" }] }]);
});
afterAll(() => installation?.stop());
beforeEach(() => installation.vendor.reset());

interface Stream {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into data of every shape
  events: { event: string; data: any }[];
  isOver: boolean;
  close(): void;
}

/** Over the network, as a browser would. */
async function follow(messageId: string, key = school.apiKey, path = "progress"): Promise<Stream> {
  const aborting = new AbortController();
  const response = await fetch(`${installation.publicUrl}/v1/messages/${messageId}/${path}`, {
    headers: { authorization: `Bearer ${key}` },
    signal: aborting.signal,
  });
  const stream: Stream = {
    status: response.status,
    headers: response.headers,
    events: [],
    isOver: false,
    close: () => aborting.abort(),
  };
  void readEvents(response, stream).catch(() => {
    stream.isOver = true;
  });
  return stream;
}

async function readEvents(response: Response, stream: Stream): Promise<void> {
  let text = "";
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const [, event = ""] = /^event: (.*)$/m.exec(block) ?? [];
      const [, data = "null"] = /^data: (.*)$/m.exec(block) ?? [];
      if (event) stream.events.push({ event, data: JSON.parse(data) });
    }
  }
  stream.isOver = true;
}

const scheduled = () =>
  school.send(
    messageTo(users("u-1"), ["hook"], {
      schedule: { at: new Date(Date.now() + 3_600_000).toISOString(), timeZone: "Asia/Shanghai" },
    }),
  );

describe("a progress stream", () => {
  it("tells what changes until the message is over, and then ends", async () => {
    const addresses = Array.from({ length: 50 }, (_, index) => ({ address: `a-${index}` }));
    const gate = installation.vendor.hold();
    const id = await school.send(messageTo({ kind: "addresses", addresses }, ["courier"]));
    await school.expanded(id);
    const stream = await follow(id);
    await until(() => stream.events.length > 0);
    expect(stream.events[0]?.data).toMatchObject({
      state: "sending",
      recipients: 50,
      counts: { submitted: 0 },
    });
    gate.open();
    await until(() => stream.events.at(-1)?.data.counts?.submitted === 50);
    const last = stream.events.at(-1)?.data;
    expect(last.steps[0].channels[0]).toMatchObject({
      id: school.channels.courier.id,
      counts: { targeted: 50 },
    });
    stream.close();
  });

  it("ends at once after a message that nothing will change any more", async () => {
    const id = await scheduled();
    await school.source("POST", `/v1/messages/${id}/cancellation`);
    const stream = await follow(id);
    await until(() => stream.isOver);
    expect(stream.events).toMatchObject([{ event: "progress", data: { state: "cancelled", isOver: true } }]);
  });

  it("goes on after a cancellation until the batch that was under way has ended", async () => {
    const gate = installation.vendor.hold();
    const id = await school.send(
      messageTo({ kind: "addresses", addresses: [{ address: "a" }] }, ["courier"]),
    );
    await gate.arrived(1);
    await school.source("POST", `/v1/messages/${id}/cancellation`);
    const stream = await follow(id);
    await until(() => stream.events.length > 0);
    gate.open();
    await until(() => stream.isOver);
    expect(stream.events.map(({ data }) => [data.state, data.isOver, data.counts.submitted])).toEqual([
      ["cancelled", false, 0],
      ["cancelled", true, 1],
    ]);
  });

  it("begins again with a fresh snapshot for who comes back", async () => {
    const id = await scheduled();
    const stream = await follow(id);
    await until(() => stream.events.length === 1);
    stream.close();
    const again = await follow(id);
    await until(() => again.events.length === 1);
    expect(again.events[0]?.data).toEqual(stream.events[0]?.data);
    await school.source("POST", `/v1/messages/${id}/pause`);
    await until(() => again.events.at(-1)?.data.state === "paused");
    again.close();
  });

  it("passes proxies: nothing may store, change or hold it back", async () => {
    const stream = await follow(await scheduled());
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    expect(stream.headers.get("cache-control")).toBe("no-store, no-transform");
    expect(stream.headers.get("x-accel-buffering")).toBe("no");
    stream.close();
  });

  it("is not there for another tenant, nor for another source", async () => {
    const other = await givenSchool(installation, "邻校");
    expect((await follow(await scheduled(), other.apiKey)).status).toBe(404);
    const own = await school.send(messageTo(users("u-1"), ["hook"]), { as: school.operator });
    expect((await follow(own)).status).toBe(404);
  });

  it("has a limit for each tenant, and gives the place back when somebody leaves", async () => {
    const id = await scheduled();
    const crowd = await Promise.all(Array.from({ length: 100 }, () => follow(id)));
    expect(new Set(crowd.map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await school.source("GET", `/v1/messages/${id}/progress`);
    expect(refused).toMatchObject({ status: 429, body: { code: "too-many-streams", limit: 100, open: 100 } });
    expect(refused.headers.get("retry-after")).toBe("10");
    crowd.pop()?.close();
    const late = await until(async () => {
      const stream = await follow(id);
      return stream.status === 200 ? stream : undefined;
    });
    await until(() => [...crowd, late].every(({ events }) => events.length === 1));
    for (const stream of [...crowd, late]) stream.close();
  });

  it("ends when the process is about to stop, so that connections can close", async () => {
    const stopping = await startInstallation({ engine: false });
    const there = await givenSchool(stopping);
    await there.addUsers([{ userId: "u-1", identities: [{ kind: "webhook", address: "one" }] }]);
    const id = await there.send(
      messageTo(users("u-1"), ["hook"], {
        schedule: { at: new Date(Date.now() + 3_600_000).toISOString(), timeZone: "Asia/Shanghai" },
      }),
    );
    const response = await there.source("GET", `/v1/messages/${id}/progress`);
    expect(response.status).toBe(200);
    const open = await fetch(`${stopping.publicUrl}/v1/messages/${id}/progress`, {
      headers: { authorization: `Bearer ${there.apiKey}` },
    });
    stopping.http.endStreams();
    expect(await open.text()).toContain("retry:");
    const late = await there.source("GET", `/v1/messages/${id}/progress`);
    expect(late).toMatchObject({ status: 503, body: { code: "unavailable" } });
    await stopping.stop();
  });
});
