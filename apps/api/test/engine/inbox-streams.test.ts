import { describe, expect, it } from "vitest";
import { callWithKey, givenSchool, mustSucceed, startInstallation, until } from "../harness/index.ts";
import {
  addInbox,
  arrived,
  callAsUser,
  givenInboxScene,
  givenUser,
  installation,
  school,
  tokenFor,
} from "./inbox-scene.ts";

givenInboxScene();

interface Stream {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into data of every shape
  events: { id: string; data: any }[];
  isOver: boolean;
  close(): void;
}

/** Over the network, as the widget does. */
async function follow(token: string, headers: Record<string, string> = {}, base = installation.publicUrl) {
  const aborting = new AbortController();
  const response = await fetch(`${base}/v1/inbox/events`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal: aborting.signal,
  });
  const stream: Stream = {
    status: response.status,
    events: [],
    isOver: false,
    close: () => aborting.abort(),
  };
  void readEvents(response, stream)
    .catch(() => {})
    .finally(() => {
      stream.isOver = true;
    });
  return stream;
}

async function readEvents(response: Response, stream: Stream): Promise<void> {
  let text = "";
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (text + part).split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = /^id: (.*)\nevent: inbox\ndata: (.*)$/.exec(block);
      if (event) stream.events.push({ id: event[1] ?? "", data: JSON.parse(event[2] ?? "") });
    }
  }
}

describe("a stream", () => {
  it("tells how the inbox is, and then what comes, is read and taken back", async () => {
    const userId = await givenUser();
    const call = await callAsUser(userId);
    const stream = await follow(await tokenFor(userId));
    await until(() => stream.events.length === 1);
    expect(stream.events[0]?.data).toEqual({ unreadCount: 0, toConfirmCount: 0, entries: [] });
    const id = await arrived(userId, { confirmation: "required" });
    await until(() => stream.events.length === 2);
    expect(stream.events[1]?.data).toMatchObject({
      unreadCount: 1,
      toConfirmCount: 1,
      entries: [{ title: "明天放假", mustConfirm: true }],
    });
    await mustSucceed(call("POST", "/v1/inbox/readings"));
    await until(() => stream.events.at(-1)?.data.unreadCount === 0);
    expect(stream.events.at(-1)?.data.toConfirmCount).toBe(1);
    await mustSucceed(school.owner("POST", `/v1/messages/${id}/recall`));
    await until(() => stream.events.at(-1)?.data.entries.length === 0);
    stream.close();
  });

  it("tells nobody what happens in another inbox", async () => {
    const [mine, theirs] = [await givenUser(), await givenUser()];
    const [quiet, told] = [await follow(await tokenFor(mine)), await follow(await tokenFor(theirs))];
    await until(() => quiet.events.length === 1 && told.events.length === 1);
    await arrived(theirs);
    await until(() => told.events.length === 2);
    expect(quiet.events).toHaveLength(1);
    quiet.close();
    told.close();
  });

  it("does not repeat what the reader who comes back has seen", async () => {
    const userId = await givenUser();
    await arrived(userId);
    const token = await tokenFor(userId);
    const first = await follow(token);
    await until(() => first.events.length === 1);
    first.close();
    const again = await follow(token, { "last-event-id": first.events[0]?.id ?? "" });
    await arrived(userId);
    await until(() => again.events.length === 1);
    expect(again.events[0]?.data.entries).toHaveLength(2);
    again.close();
  });

  it("ends when the process is about to stop, so that connections can close", async () => {
    const stopping = await startInstallation({ engine: false });
    const there = await givenSchool(stopping);
    await addInbox(there);
    const token = await tokenFor(await givenUser(there), {}, there);
    const stream = await follow(token, {}, stopping.publicUrl);
    await until(() => stream.events.length === 1);
    stopping.http.endStreams();
    await until(() => stream.isOver);
    expect((await follow(token, {}, stopping.publicUrl)).status).toBe(503);
    await stopping.stop();
  });

  it("has a limit for each inbox, and gives the place back", async () => {
    const token = await tokenFor(await givenUser());
    const crowd = await Promise.all(Array.from({ length: 10 }, () => follow(token)));
    expect(crowd.map(({ status }) => status)).toEqual(crowd.map(() => 200));
    const refused = await callWithKey(installation, token)("GET", "/v1/inbox/events");
    expect(refused).toMatchObject({
      status: 429,
      body: { code: "too-many-inbox-streams", limit: 10, open: 10 },
    });
    crowd.pop()?.close();
    const late = await until(async () => {
      const stream = await follow(token);
      return stream.status === 200 ? stream : undefined;
    });
    for (const stream of [...crowd, late]) stream.close();
  });
});
