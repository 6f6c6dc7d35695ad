import { beforeEach, describe, expect, it } from "vitest";
import {
  messageTo,
  mustSucceed,
  type OpenEndpoint,
  openEndpoint,
  readEndpoint,
  type School,
  until,
  users,
} from "../../../apps/api/test/harness/index.ts";
import { findCallbackFault } from "../../../packages/sdk/src/callbacks/index.ts";
import { newSchool, newUser, passes } from "../scene.ts";
import { stage } from "../stage.ts";

const HOURS = 3_600;
/** More than any pause between two tries. */
const NEXT_TRY = 4.5 * HOURS;

describe("4.7 callbacks to sources", () => {
  let school: School;
  let endpoint: OpenEndpoint;
  beforeEach(async () => {
    school = await newSchool();
    endpoint = await openEndpoint(school, stage.callbacks);
    // Of what happens within the second after an endpoint is made it may not be told.
    await until(async () => {
      await sendOne();
      return calls().length > 0;
    });
  });

  const calls = () => stage.callbacks.callsTo(endpoint.name);
  const sendOne = async () => {
    const id = await school.send(messageTo(users(await newUser(school)), ["courier"]));
    await school.completed(id);
    return id;
  };
  const answer = (status: number) => stage.callbacks.answer(endpoint.name, status);
  const callsAbout = (messageId: string) => calls().filter(({ text }) => text.includes(messageId));
  const idsOf = (messageId: string) => callsAbout(messageId).map(({ headers }) => headers["webhook-id"]);

  it("S83 refuses addresses inside, with credentials or without http, and names no address that it found", async () => {
    const path = `/v1/sources/${school.sourceId}/callback-endpoints`;
    for (const url of [
      "https://localhost/",
      "https://127.0.0.1/",
      "https://192.168.0.1/",
      "https://169.254.169.254/latest/meta-data",
      "https://me:word@example.com/",
      "ftp://example.com/",
    ]) {
      const { status, text } = await school.owner("POST", path, { url });
      expect(status).toBe(422);
      if (url.includes("localhost")) expect(text).not.toMatch(/127\.0\.0\.1|::1/);
    }
  });

  it("S84 follows no redirect of a receiver", async () => {
    const elsewhere = `${endpoint.name}-elsewhere`;
    stage.callbacks.answer(endpoint.name, (response) =>
      response.writeHead(302, { location: `${stage.callbacks.url}${elsewhere}` }).end(),
    );
    const id = await sendOne();
    await until(() => callsAbout(id).length > 0);
    await until(async () => (await readEndpoint(school, endpoint)).failingSince !== null);
    expect(stage.callbacks.callsTo(elsewhere)).toEqual([]);
  });

  it("S94 makes a call that failed again, signed, under the same id and word for word", async () => {
    answer(503);
    const id = await sendOne();
    await until(() => callsAbout(id).length === 1);
    await until(async () => (await readEndpoint(school, endpoint)).failingSince !== null);
    await passes(65);
    await until(() => callsAbout(id).length === 2);
    answer(200);
    await passes(65);
    await until(async () => (await readEndpoint(school, endpoint)).failingSince === null);
    const about = callsAbout(id);
    expect(new Set(idsOf(id)).size).toBe(1);
    expect(new Set(about.map(({ text }) => text)).size).toBe(1);
    for (const { headers, text } of about) {
      expect(findCallbackFault(headers, text, [endpoint.secret])).toBeUndefined();
    }
    expect(about[0]?.body.data.events.map(({ type }) => type)).toContain("accepted");
  });

  it("S94 switches an endpoint off after days of failure and tells the owner, but not for single failures", async () => {
    const sporadic = await openEndpoint(school, stage.callbacks);
    answer(500);
    for (let round = 0; round < 60; round++) {
      const { state, counts } = await readEndpoint(school, endpoint);
      if (state === "disabled") break;
      if (counts.waiting === 0) await sendOne();
      // The other fails now and then, and takes the call when it comes again.
      stage.callbacks.answer(sporadic.name, round % 3 === 0 ? 500 : 200);
      const before = calls().length;
      await until(async () => (await readEndpoint(school, endpoint)).counts.waiting > 0);
      await passes(NEXT_TRY);
      await until(async () => {
        const now = await readEndpoint(school, endpoint);
        return calls().length > before || now.counts.waiting === 0 || now.state === "disabled";
      });
    }
    expect(await readEndpoint(school, endpoint)).toMatchObject({
      state: "disabled",
      disabledReason: "failing",
    });
    expect(await readEndpoint(school, sporadic)).toMatchObject({ state: "on" });
    const audit = await mustSucceed<{ items: { subjectId: string }[] }>(
      school.owner("GET", "/v1/audit-entries?action=callback_endpoint.disabled"),
    );
    expect(audit.items.map(({ subjectId }) => subjectId)).toEqual([endpoint.id]);
    const source = await mustSucceed(school.owner("GET", `/v1/sources/${school.sourceId}`));
    expect(source).toMatchObject({ callbackEndpoints: { disabledCount: 1 } });
  });
});
