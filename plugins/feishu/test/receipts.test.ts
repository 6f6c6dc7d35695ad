import fc from "fast-check";
import { expect, test } from "vitest";
import { parseReceipt } from "../src/plugin.ts";
import { SETTINGS } from "./messages.ts";

const NOW = Date.UTC(2025, 0, 2, 4);
const parse = (push: unknown) =>
  parseReceipt({
    headers: {},
    query: {},
    body: typeof push === "string" ? push : JSON.stringify(push),
    settings: SETTINGS,
    now: NOW,
  });

const header = { event_id: "5e3702a8", event_type: "im.message.message_read_v1", app_id: SETTINGS.appId };
const event = {
  reader: { reader_id: { open_id: "ou_1" }, read_time: "1609484183000", tenant_key: "7" },
  message_id_list: ["om_1", "om_2"],
};

test("reads one event for each message, at the reader's time", () => {
  expect(parse({ schema: "2.0", header, event }).events).toEqual([
    { eventId: "om_1:read", type: "read", at: 1_609_484_183_000, vendorId: "om_1" },
    { eventId: "om_2:read", type: "read", at: 1_609_484_183_000, vendorId: "om_2" },
  ]);
});

test("answers the challenge with which the vendor tries the address", () => {
  const { events, reply } = parse({ challenge: "ajls384k", token: "x", type: "url_verification" });
  expect(events).toEqual([]);
  expect([reply.status, JSON.parse(reply.body)]).toEqual([200, { challenge: "ajls384k" }]);
});

test("takes events that it does not need, so that they are not pushed again", () => {
  const { events, reply } = parse({ schema: "2.0", header: { ...header, event_type: "im.chat.updated_v1" } });
  expect([events, reply.status]).toEqual([[], 200]);
});

test.each([
  ["encrypted events", { encrypt: "FIAfJPGRmFZWkaxPQ1XrJZVbv2JwdjfLk4jx0k" }, "Encrypt Key"],
  [
    "events of another app",
    { schema: "2.0", header: { ...header, app_id: "cli_other" }, event },
    "another app",
  ],
  ["events of the old schema", { type: "event_callback", event: {} }, "schema 2.0"],
])("refuses %s, and says why", (_name, push, reason) => {
  const { events, reply } = parse(push);
  expect([events, reply.status]).toEqual([[], 400]);
  expect(reply.body).toContain(reason);
});

test("never throws, whatever is pushed", () => {
  const pushes = fc.record({
    header: fc.record({
      event_type: fc.constantFrom(header.event_type, "", null),
      app_id: fc.constant(SETTINGS.appId),
    }),
    event: fc.record({
      reader: fc.oneof(fc.record({ read_time: fc.anything() }), fc.anything()),
      message_id_list: fc.oneof(fc.array(fc.anything()), fc.anything()),
    }),
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)),
        pushes.map((push) => JSON.stringify(push, (_key, value) => (typeof value === "bigint" ? 0 : value))),
      ),
      (body) => {
        expect([200, 400]).toContain(parse(body).reply.status);
      },
    ),
  );
});
