import { writeJson, writeXml } from "@tidings/wechat/simulator";
import fc from "fast-check";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { parseReceipt } from "../src/plugin.ts";
import { SETTINGS } from "./messages.ts";

const NOW = Date.UTC(2025, 0, 2, 4);
const AT = 1_676_138_869_000;
const MSGID = "2794188253209100289";

const parse = (body: string, query: Record<string, string> = {}) =>
  parseReceipt({ headers: {}, query, body, settings: SETTINGS, now: NOW });

const finished = (status: string) =>
  writeXml(
    { openId: "o1", name: "TEMPLATESENDJOBFINISH", fields: { MsgID: MSGID, Status: status } },
    { originalId: "gh_1", at: AT },
  );

test.each([
  ["success", { type: "delivered" }],
  ["failed:user block", { type: "undelivered", code: "user_block" }],
  ["failed: user block", { type: "undelivered", code: "user_block" }],
  ["failed: system failed", { type: "undelivered", code: "system_failed", detail: "failed: system failed" }],
  ["failed:something new", { type: "undelivered", code: "send_failed", detail: "failed:something new" }],
])("reads that a template message ended as %s", (status, fate) => {
  const { events, reply } = parse(finished(status));
  expect(events).toEqual([{ eventId: `${MSGID}:${fate.type}`, at: AT, vendorId: MSGID, ...fate }]);
  expect([reply.status, reply.body]).toEqual([200, "success"]);
});

test.each([writeXml, writeJson])(
  "reads what became of subscription notices, one or several (%o)",
  (write) => {
    const entry = { TemplateId: "I", MsgID: MSGID, ErrorCode: "0", ErrorStatus: "success" };
    const lost = { ...entry, MsgID: "2794188253209100290", ErrorCode: "-1", ErrorStatus: "system failed" };
    const eventsOf = (list: Record<string, string>[]) =>
      parse(write({ openId: "o1", name: "subscribe_msg_sent_event", list }, { originalId: "gh_1", at: AT }))
        .events;
    const delivered = { eventId: `${MSGID}:delivered`, at: AT, vendorId: MSGID, type: "delivered" };
    expect(eventsOf([entry])).toEqual([delivered]);
    expect(eventsOf([entry, lost])).toEqual([
      delivered,
      {
        eventId: "2794188253209100290:undelivered",
        at: AT,
        vendorId: "2794188253209100290",
        type: "undelivered",
        code: "-1",
        detail: "system failed",
      },
    ]);
  },
);

test("reads an id that is a bare number in JSON to its last digit", () => {
  const push = `{"MsgType":"event","Event":"TEMPLATESENDJOBFINISH","CreateTime":1676138869,"MsgID":${MSGID},"Status":"success"}`;
  expect(parse(push).events).toMatchObject([{ vendorId: MSGID, at: AT }]);
});

test("reads the same whatever the order of the fields", () => {
  const [head = "", ...rest] = finished("success").split("\n");
  const turned = `<xml>${rest.join("\n").replace("</xml>", "")}${head.replace("<xml>", "")}</xml>`;
  expect(parse(turned).events).toEqual(parse(finished("success")).events);
});

test("takes what users write and consent to, so that it is not pushed again", () => {
  const words =
    "<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[<Event>TEMPLATESENDJOBFINISH</Event>]]></Content></xml>";
  const popup = writeXml(
    { openId: "o1", name: "subscribe_msg_popup_event", list: [{ SubscribeStatusString: "accept" }] },
    { originalId: "gh_1", at: AT },
  );
  for (const push of [words, popup]) {
    const { events, reply } = parse(push);
    expect([events, reply.status, reply.body]).toEqual([[], 200, "success"]);
  }
});

test("says after the vendor what it is asked with, and nothing that could be markup", () => {
  expect(parse("", { echostr: "5837397520665436492" }).reply).toMatchObject({
    status: 200,
    body: "5837397520665436492",
  });
  expect(parse("", { echostr: "<script>" }).reply.status).toBe(400);
});

test("refuses what is no push", () => {
  for (const body of ["", "<xml>", "<xml><a>b</a></xml>", "{}", "[1]"]) {
    expect(parse(body)).toMatchObject({ events: [], reply: { status: 400 } });
  }
});

test("suppresses who has blocked the account or left it, for a while, and nobody whose consent is used up", () => {
  expect(Object.keys(manifest.suppresses).sort()).toEqual(["43004", "user_block"]);
  expect(Object.values(manifest.suppresses).every(({ days }) => days === 30)).toBe(true);
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
    "<MsgType>event</MsgType>",
    "<Event>subscribe_msg_sent_event</Event>",
    "<MsgID>1</MsgID>",
    "<![CDATA[",
    "]]>",
    "<ErrorCode>0</ErrorCode>",
    "a",
  );
  const bodies = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 20 }).map((some) => some.join("")),
    fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)),
    fc
      .record({
        MsgType: fc.constant("event"),
        Event: fc.constant("subscribe_msg_sent_event"),
        List: fc.jsonValue(),
      })
      .map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(bodies, (body) => {
      expect([200, 400]).toContain(parse(body).reply.status);
    }),
  );
});
