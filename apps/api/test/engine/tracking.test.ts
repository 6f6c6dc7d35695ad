import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  mailTo,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  await school.addUsers(
    ["u-1", "u-2"].map((userId) => ({
      userId,
      name: userId === "u-1" ? "张三" : "李四",
      attributes: { bill: `${userId}&x=1` },
      identities: [
        { kind: "push", address: userId },
        { kind: "email", address: `${userId}@school.example` },
      ],
    })),
  );
});
afterAll(() => installation?.stop());
afterEach(() => expectNothingLost(installation));

const ALL = { links: true, opens: true };
const TEXT = "缴费：https://x.cn/pay?bill={{user_bill}}&n=1，谢谢。";
const HTML = '<body><a href="https://x.cn/pay?bill={{user_bill}}&amp;n=1">缴费</a></body>';

const push = (text: string, rest: object = {}) =>
  messageTo(users("u-1"), ["courier"], { content: { push: { text } }, ...rest });

/** What the courier was handed for a delivery. */
function courierText(deliveryId: string): string {
  const call = installation.vendor.calls.find(({ refs }) => refs.includes(deliveryId));
  const { items } = JSON.parse(call?.body ?? "") as { items: { ref: string; text: string }[] };
  return items.find(({ ref }) => ref === deliveryId)?.text ?? "";
}

const BROWSER = { "user-agent": "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Safari/605.1.15" };
const visit = (address: string, init: RequestInit = {}) =>
  fetch(address, { redirect: "manual", ...init, headers: { ...BROWSER, ...init.headers } });

const addressesIn = (text: string) =>
  [...text.matchAll(/http:\/\/[^/\s"]+\/t\/[\w-]+/g)].map(([address]) => address);

async function givenSent(message: object): Promise<{ id: string; deliveryId: string; address: string }> {
  const id = await school.send(message);
  await school.completed(id);
  const { id: deliveryId } = await school.reaches(id, "accepted");
  return { id, deliveryId, address: addressesIn(courierText(deliveryId))[0] ?? "" };
}

const countsOf = async (id: string) => (await school.message(id)).counts;
const receiptsOf = async (id: string) =>
  (await school.timelineOf(id)).timeline.filter(({ kind }) => kind === "receipt");

it("redirects to exactly the URL of the user and counts one click, however often it is followed", async () => {
  const { id, deliveryId, address } = await givenSent(push(TEXT, { tracking: ALL }));
  expect(courierText(deliveryId)).toBe(`缴费：${address}，谢谢。`);
  const answers = await Promise.all(Array.from({ length: 20 }, () => visit(address)));
  for (const { status, headers } of answers) {
    expect(status).toBe(302);
    expect(headers.get("location")).toBe("https://x.cn/pay?bill=u-1&x=1&n=1");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("set-cookie")).toBeNull();
  }
  expect(await countsOf(id)).toMatchObject({ delivered: 1, read: 1, clicked: 1 });
  expect(await receiptsOf(id)).toMatchObject([
    { type: "clicked", code: "tracked_click", detail: "https://x.cn/pay?bill=u-1&x=1&n=1" },
  ]);
  expect((await school.timelineOf(id)).state).toBe("delivered");
});

it("leads to the URL as it was sent, also after the user has changed", async () => {
  const { address } = await givenSent(push(TEXT, { tracking: ALL }));
  const changed = {
    name: "张三",
    attributes: { bill: "other" },
    identities: [{ kind: "push", address: "u-1" }],
  };
  await mustSucceed(school.owner("PUT", "/v1/users/u-1", changed));
  expect((await visit(address)).headers.get("location")).toBe("https://x.cn/pay?bill=u-1&x=1&n=1");
  await mustSucceed(
    school.owner("PUT", "/v1/users/u-1", {
      ...changed,
      attributes: { bill: "u-1&x=1" },
      identities: [...changed.identities, { kind: "email", address: "u-1@school.example" }],
    }),
  );
});

it("leads to what a typed address' own variables and the message's say", async () => {
  const { address } = await givenSent(
    messageTo(
      { kind: "addresses", addresses: [{ address: "d-1", variables: { code: "own" } }] },
      ["courier"],
      {
        content: { push: { text: "{{base}}/?c={{code}}" } },
        variables: { base: "https://x.cn/张三", code: "message" },
        tracking: { links: true, opens: false },
      },
    ),
  );
  // A URL in plain text is ASCII: this one goes out as it is.
  expect(address).toBe("");
  const plain = await givenSent(
    messageTo(
      { kind: "addresses", addresses: [{ address: "d-1", variables: { code: "own" } }] },
      ["courier"],
      {
        content: { push: { text: "{{base}}/?c={{code}}" } },
        variables: { base: "https://x.cn", code: "message" },
        tracking: { links: true, opens: false },
      },
    ),
  );
  expect((await visit(plain.address)).headers.get("location")).toBe("https://x.cn/?c=own");
});

it("puts links and one pixel into a mail, and takes the pixel's loading for an open", async () => {
  const content = { email: { subject: "缴费", text: TEXT, html: HTML } };
  const id = await school.send(messageTo(users("u-2"), ["mail"], { content, tracking: ALL }));
  await school.completed(id);
  const mail = await mailTo(installation.mail, "u-2@school.example");
  const [link = "", pixel = ""] = addressesIn(mail.html);
  expect(mail.html.trim()).toBe(
    `<body><a href="${link}">缴费</a><img src="${pixel}" width="1" height="1" alt="" style="border:0"></body>`,
  );
  expect(addressesIn(mail.text)).toHaveLength(1);
  const picture = await visit(pixel, { headers: { "user-agent": "Mozilla/5.0 (via ImageProxy)" } });
  expect(picture.headers.get("content-type")).toBe("image/gif");
  expect(picture.headers.get("cache-control")).toBe("no-store");
  expect(await countsOf(id)).toMatchObject({ delivered: 1, read: 1, clicked: 0 });
  expect(await receiptsOf(id)).toMatchObject([{ type: "read", code: "tracked_open" }]);
  expect((await visit(link)).headers.get("location")).toBe("https://x.cn/pay?bill=u-2&x=1&n=1");
  expect(await countsOf(id)).toMatchObject({ delivered: 1, read: 1, clicked: 1 });
});

it("leaves what does not ask for it as it is", async () => {
  const { deliveryId } = await givenSent(push(TEXT));
  expect(courierText(deliveryId)).toBe("缴费：https://x.cn/pay?bill=u-1&x=1&n=1，谢谢。");
  const off = await givenSent(push(TEXT, { tracking: { links: false, opens: false } }));
  expect(courierText(off.deliveryId)).toBe("缴费：https://x.cn/pay?bill=u-1&x=1&n=1，谢谢。");
});

it("takes a template's word for it, and refuses another beside a template", async () => {
  const template = { code: "bill", name: "缴费" };
  const { id } = await mustSucceed<{ id: string }>(school.owner("POST", "/v1/templates", template));
  const version = {
    variables: [],
    renderings: { push: { text: "https://x.cn/t" } },
    tracking: { links: true, opens: false },
  };
  const saved = await mustSucceed<{ number: number; tracking: object }>(
    school.owner("POST", `/v1/templates/${id}/versions`, version),
  );
  expect(saved.tracking).toEqual({ links: true, opens: false });
  await mustSucceed(school.owner("POST", `/v1/templates/${id}/versions/${saved.number}/publication`));
  const message = { audience: users("u-1"), channels: ["courier"], template: "bill" };
  const { address } = await givenSent(message);
  expect((await visit(address)).headers.get("location")).toBe("https://x.cn/t");
  const refused = await school.trySend({ ...message, tracking: ALL });
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: "/tracking" }] } });
});

it.each<[string, RequestInit]>([
  ["HEAD", { method: "HEAD" }],
  ["a prefetch", { headers: { purpose: "prefetch" } }],
  ["a prerender", { headers: { "sec-purpose": "prefetch;prerender" } }],
  ["a link preview", { headers: { "user-agent": "Mozilla/5.0 (compatible; SomeBot/1.0)" } }],
  ["a scanner", { headers: { "user-agent": "MailScanner" } }],
  ["a command-line program", { headers: { "user-agent": "curl/8.5.0" } }],
])("answers %s like a person and does not count it", async (_, init) => {
  const { id, address } = await givenSent(push(TEXT, { tracking: ALL }));
  const answer = await visit(address, init);
  expect([answer.status, answer.headers.get("location")]).toEqual([302, "https://x.cn/pay?bill=u-1&x=1&n=1"]);
  expect(await countsOf(id)).toMatchObject({ read: 0, clicked: 0 });
  await visit(address);
  expect(await countsOf(id)).toMatchObject({ read: 1, clicked: 1 });
});

it("answers what is none of its addresses with a plain page in both languages, and leads nowhere", async () => {
  const { address } = await givenSent(push(TEXT, { tracking: ALL }));
  const start = address.slice(0, address.lastIndexOf("/") + 1);
  const token = address.slice(start.length);
  const flipped = `${token.slice(0, 20)}${token[20] === "A" ? "B" : "A"}${token.slice(21)}`;
  const bad = ["", "x", "%00", "%", token.slice(0, -4), flipped, "A".repeat(36), "A".repeat(4000)];
  for (const path of [...bad, `https://evil.example/`, `${token}A`]) {
    const answer = await visit(`${start}${path}`);
    const text = await answer.text();
    expect([answer.status, answer.headers.get("location")], path).toEqual([404, null]);
    expect(text).toContain("链接无效");
    expect(text).toContain("This link does not work");
  }
});

it("leads on from an address with a full stop taken along", async () => {
  const { address } = await givenSent(push(TEXT, { tracking: ALL }));
  for (const rest of ["。", "%E3%80%82", ".", "）"]) {
    expect((await visit(`${address}${rest}`)).status, rest).toBe(302);
  }
});

it("counts a click on what we had given up as unknown", async () => {
  installation.vendor.answer(() => "cut");
  const id = await school.send(push(TEXT, { tracking: ALL }));
  const { id: deliveryId } = await school.reaches(id, "unknown");
  installation.vendor.answer(() => ({ status: 200 }));
  await school.completed(id);
  await visit(addressesIn(courierText(deliveryId))[0] ?? "");
  await school.reaches(id, "delivered");
  expect(await countsOf(id)).toMatchObject({ submitted: 1, unknown: 0, clicked: 1 });
});

it("satisfies a step that waits for reading by a click", async () => {
  const steps = [
    { channelIds: [school.channels.courier.id] },
    { channelIds: [school.channels.mail.id], when: "unread", afterSeconds: 300 },
  ];
  const policy = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/policies", { name: "unread", steps }),
  );
  const content = { push: { text: TEXT }, email: { subject: "缴费", text: TEXT } };
  const send = () =>
    school.send({ audience: users("u-1"), policy: policy.id, content, variables: {}, tracking: ALL });
  const clicked = await send();
  const { id: deliveryId } = await school.reaches(clicked, "accepted");
  await visit(addressesIn(courierText(deliveryId))[0] ?? "");
  const ignored = await send();
  await school.reaches(ignored, "accepted");
  await timePasses(installation, 301);
  await school.completed(ignored);
  await school.completed(clicked);
  expect((await school.deliveriesOf(ignored)).map(({ step }) => step)).toEqual([0, 1]);
  expect((await school.deliveriesOf(clicked)).map(({ step }) => step)).toEqual([0]);
});

it("tracks a resend by addresses of its own", async () => {
  const { id, deliveryId, address } = await givenSent(push(TEXT, { tracking: ALL }));
  const again = await mustSucceed<{ id: string }>(
    school.owner("POST", `/v1/deliveries/${deliveryId}/resend`, { force: true }),
  );
  await school.completed(again.id);
  const { id: secondId } = await school.reaches(again.id, "accepted");
  const second = addressesIn(courierText(secondId))[0] ?? "";
  expect(second).not.toBe(address);
  await visit(second);
  await until(async () => (await countsOf(again.id)).clicked === 1);
  expect(await countsOf(id)).toMatchObject({ clicked: 0 });
});

it("writes down what comes in together in few transactions, each once", async () => {
  const addresses = Array.from({ length: 300 }, (_, index) => ({ address: `d-${index}` }));
  const content = { push: { text: "https://x.cn/a" } };
  const message = messageTo({ kind: "addresses", addresses }, ["courier"], { content, tracking: ALL });
  const id = await school.send(message);
  await school.completed(id);
  const deliveries = await school.deliveriesOf(id);
  const links = deliveries.flatMap((delivery) => addressesIn(courierText(delivery.id)));
  expect(new Set(links).size).toBe(300);
  await Promise.all(links.map((link) => installation.http.app.request(link, { headers: BROWSER })));
  expect(await countsOf(id)).toMatchObject({ delivered: 300, read: 300, clicked: 300 });
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<[{ events: number; writes: number }]>`
      select count(*)::int as events, count(distinct r.received_at)::int as writes
      from receipts r join deliveries d on d.id = r.delivery_id where d.message_id = ${toUuid("message", id)}`,
  );
  expect(row.events).toBe(300);
  expect(row.writes).toBeLessThan(60);
});
