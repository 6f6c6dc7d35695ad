import { writeJson, writeXml } from "@tidings/wechat/simulator";
import fc from "fast-check";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { parseReceipt } from "../src/plugin.ts";
import { SETTINGS } from "./messages.ts";

const AT = 1_676_138_869_000;
const MSGID = "2794188253209100289";
const STAMP = { originalId: "gh_1", at: AT };

const parse = (body: string, query: Record<string, string> = {}) =>
  parseReceipt({ headers: {}, query, body, settings: SETTINGS, now: 0 });

const entry = { TemplateId: "I", MsgID: MSGID, ErrorCode: "0", ErrorStatus: "success" };
const lost = { ...entry, MsgID: "2794188253209100290", ErrorCode: "43101", ErrorStatus: "user refuse" };

test.each([
  ["XML", writeXml],
  ["JSON", writeJson],
])("reads what became of messages, one or several, in %s", (_name, write) => {
  const eventsOf = (list: Record<string, string>[]) =>
    parse(write({ openId: "o1", name: "subscribe_msg_sent_event", list }, STAMP)).events;
  const delivered = { eventId: `${MSGID}:delivered`, at: AT, vendorId: MSGID, type: "delivered" };
  expect(eventsOf([entry])).toEqual([delivered]);
  expect(eventsOf([lost, entry])).toEqual([
    {
      eventId: "2794188253209100290:undelivered",
      at: AT,
      vendorId: "2794188253209100290",
      type: "undelivered",
      code: "43101",
      detail: "user refuse",
    },
    delivered,
  ]);
});

test("reads an id that is a bare number in JSON to its last digit", () => {
  const push = `{"MsgType":"event","Event":"subscribe_msg_sent_event","CreateTime":"1676138869","List":[{"MsgID":${MSGID},"ErrorCode":0}]}`;
  expect(parse(push).events).toMatchObject([{ vendorId: MSGID, at: AT, type: "delivered" }]);
});

test.each(["subscribe_msg_popup_event", "subscribe_msg_change_event"] as const)(
  "takes %s, which is about no message",
  (name) => {
    const push = writeXml({ openId: "o1", name, list: [{ SubscribeStatusString: "reject" }] }, STAMP);
    const { events, reply } = parse(push);
    expect([events, reply.status, reply.body]).toEqual([[], 200, "success"]);
  },
);

test("says after the vendor what it is asked with, and nothing that could be markup", () => {
  expect(parse("", { echostr: "5837397520665436492" }).reply.body).toBe("5837397520665436492");
  expect(parse("", { echostr: "<script>" }).reply.status).toBe(400);
});

test("suppresses nobody: a consent that is used up can be given again", () => {
  expect(manifest).not.toHaveProperty("suppresses");
});

test.each([
  ["XML", writeXml],
  ["JSON", writeJson],
])("reads what users consent to and take back, but not that they refuse, in %s", (_name, write) => {
  const openId = "oia2TjuEGTNoeX76QEjQNrcURxG8";
  const TemplateId = "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc";
  const changesIn = (name: Parameters<typeof writeXml>[0]["name"], ...answers: string[]) => {
    const list = answers.map((SubscribeStatusString) => ({ TemplateId, SubscribeStatusString }));
    return parse(write({ openId, name, list }, { originalId: "gh_1", at: AT })).allowances ?? [];
  };
  const granted = changesIn("subscribe_msg_popup_event", "accept", "reject", "accept");
  expect(granted).toMatchObject([
    { address: openId, subject: TemplateId, change: "granted", at: Math.floor(AT / 1000) * 1000 },
    { change: "granted" },
  ]);
  expect(new Set(granted.map(({ eventId }) => eventId)).size).toBe(2);
  expect(changesIn("subscribe_msg_popup_event", "accept", "reject", "accept")).toEqual(granted);
  expect(changesIn("subscribe_msg_change_event", "reject")).toMatchObject([{ change: "withdrawn" }]);
  expect(changesIn("subscribe_msg_popup_event", "reject")).toEqual([]);
});

test("never throws, whatever is pushed", () => {
  const pieces = fc.constantFrom(
    "<xml>",
    "</xml>",
    "<List>",
    "</List>",
    "<MsgID>1</MsgID>",
    "<![CDATA[",
    "]]>",
  );
  const push = fc.record({
    MsgType: fc.constant("event"),
    Event: fc.constant("subscribe_msg_sent_event"),
    List: fc.jsonValue(),
  });
  const bodies = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 20 }).map((some) => some.join("")),
    push.map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(bodies, (body) => {
      expect([200, 400]).toContain(parse(body).reply.status);
    }),
  );
});
