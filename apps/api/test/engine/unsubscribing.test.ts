import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation, "实验 <学校>");
});
afterAll(() => installation?.stop());
afterEach(() => expectNothingLost(installation));

let nextAddress = 0;
const newAddress = () => `parent-${nextAddress++}@example.cn`;

const sendTo = async (address: string, rest: object = {}, of = school, channel = "mail") => {
  const audience = { kind: "addresses", addresses: [{ address }] };
  const id = await of.send(messageTo(audience, [channel], rest));
  await of.completed(id);
  return id;
};

/** The page of the latest mail to an address. */
async function mailPage(address: string): Promise<string> {
  const index = installation.mail.received().findLastIndex(({ to }) => to === address);
  return (await fetch(new URL(`mails/${index + 1}`, installation.mail.url))).text();
}

/** Where the mail program offers to unsubscribe. */
const offerOf = async (address: string) =>
  /<dt>List-Unsubscribe<\/dt><dd><a href="([^"]+)"/.exec(await mailPage(address))?.[1];

const textTo = (address: string) =>
  installation.mail
    .received()
    .findLast(({ to }) => to === address)
    ?.text.trim() ?? "";

async function givenOffer(of = school): Promise<{ address: string; url: string }> {
  const address = newAddress();
  await sendTo(address, { category: "marketing" }, of);
  return { address, url: (await offerOf(address)) ?? "" };
}

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const oneClick = (url: string, init: RequestInit = {}) =>
  fetch(url, { method: "POST", headers: FORM, body: "List-Unsubscribe=One-Click", ...init });

const entriesOf = async (address: string, of = school, kind = "email") =>
  (
    await mustSucceed<{ items: { id: string; origin: string; by: { kind: string } }[] }>(
      of.owner("POST", "/v1/suppression-lookups", { kind, address }),
    )
  ).items;

const auditOf = async (subjectId: string) =>
  (
    await mustSucceed<{ items: { action: string; actor: { kind: string; name: string } }[] }>(
      school.owner("GET", `/v1/audit-entries?subjectId=${subjectId}`),
    )
  ).items;

it("offers what is advertised to be unsubscribed from, and nothing else", async () => {
  const { url } = await givenOffer();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/u\/[\w-]+$/);
  for (const category of ["service", "critical"]) {
    const address = newAddress();
    await sendTo(address, { category });
    expect(textTo(address)).not.toBe("");
    expect(await offerOf(address)).toBeUndefined();
  }
});

it("takes a mail program's one click, once and again", async () => {
  const { address, url } = await givenOffer();
  const first = await oneClick(url);
  expect(first.status).toBe(200);
  expect(first.headers.get("set-cookie")).toBeNull();
  expect((await oneClick(url)).status).toBe(200);
  const [entry, ...others] = await entriesOf(address);
  expect(others).toEqual([]);
  expect(entry).toMatchObject({ origin: "unsubscribed", expiresAt: null, by: { kind: "platform" } });
  expect(await auditOf(entry?.id ?? "")).toMatchObject([
    { action: "suppression.created", actor: { kind: "system", name: "recipient" } },
  ]);
  const id = await sendTo(address, { category: "marketing" });
  expect(await school.timelineOf(id)).toMatchObject({ state: "suppressed", reason: "unsubscribed" });
});

it("takes the form of a one click in parts as well", async () => {
  const { address, url } = await givenOffer();
  const body = new FormData();
  body.set("List-Unsubscribe", "One-Click");
  expect((await fetch(url, { method: "POST", body })).status).toBe(200);
  expect(await entriesOf(address)).toMatchObject([{ origin: "unsubscribed" }]);
});

it("shows a page with a button that needs no script, and changes nothing by being looked at", async () => {
  const { address, url } = await givenOffer();
  const answer = await fetch(url);
  const text = await answer.text();
  expect(answer.status).toBe(200);
  expect(text).toContain('<form method="post">');
  expect(text).toContain("确认退订");
  expect(text).toContain(">Unsubscribe</button>");
  expect(text).toContain("实验 &lt;学校&gt;");
  expect(text).not.toContain(address);
  expect(text).not.toMatch(/<script/i);
  const policy = answer.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("form-action 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  expect((await fetch(url, { method: "HEAD" })).status).toBe(200);
  expect(await entriesOf(address)).toEqual([]);
  const done = await (await oneClick(url)).text();
  expect(done).toContain("已退订");
  expect(done).not.toContain("<form");
});

it.each<[string, RequestInit]>([
  ["nothing", { body: "", headers: FORM }],
  ["another value", { body: "List-Unsubscribe=No", headers: FORM }],
  ["JSON", { body: '{"List-Unsubscribe":"One-Click"}', headers: { "content-type": "application/json" } }],
  ["a body that is too large", { body: `x=${"x".repeat(5_000)}&List-Unsubscribe=One-Click`, headers: FORM }],
])("does nothing for a call with %s", async (_, init) => {
  const { address, url } = await givenOffer();
  const answer = await oneClick(url, init);
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain("Nothing was unsubscribed");
  expect(await entriesOf(address)).toEqual([]);
});

it("answers forged, foreign and old addresses alike, and unsubscribes nobody by them", async () => {
  const { address, url } = await givenOffer();
  const start = url.slice(0, url.lastIndexOf("/") + 1);
  const token = url.slice(start.length);
  const flipped = `${token.slice(0, 50)}${token[50] === "A" ? "B" : "A"}${token.slice(51)}`;
  const { unsubscribeAddresses } = installation.foundation;
  const recipient = { tenantId: school.tenantId, kind: "email", address };
  const old = unsubscribeAddresses.write(recipient, new Date(Date.now() - 731 * 86_400_000));
  const nowhere = {
    ...recipient,
    tenantId: school.tenantId.replace(/.$/, (last) => (last === "1" ? "2" : "1")),
  };
  const gone = unsubscribeAddresses.write(nowhere, new Date());
  const paths = ["", "x", "%00", "%", token.slice(0, -4), flipped, `${token}A`, "A".repeat(4_000)];
  const bodies = new Set<string>();
  for (const bad of [...paths.map((path) => `${start}${path}`), old, gone]) {
    for (const answer of [await fetch(bad), await oneClick(bad)]) {
      expect(answer.status, bad).toBe(404);
      bodies.add(await answer.text());
    }
  }
  expect(bodies.size).toBe(1);
  expect(await entriesOf(address)).toEqual([]);
});

it("unsubscribes from one tenant and one channel kind", async () => {
  const other = await givenSchool(installation, "另一所学校");
  const { address, url } = await givenOffer();
  await oneClick(url);
  expect(await entriesOf(address)).toHaveLength(1);
  expect(await entriesOf(address, school, "push")).toEqual([]);
  expect(await entriesOf(address, other)).toEqual([]);
  const id = await sendTo(address, { category: "marketing" }, other);
  expect(await other.timelineOf(id)).toMatchObject({ state: "accepted" });
});

it("leaves an entry without an end as it is, and makes one with an end lasting", async () => {
  const { address, url } = await givenOffer();
  const save = (body: object) =>
    mustSucceed(school.owner("POST", "/v1/suppressions", { kind: "email", address, ...body }));
  await save({ note: "家长来电" });
  await oneClick(url);
  expect(await entriesOf(address)).toMatchObject([{ origin: "manual", note: "家长来电" }]);
  await save({ expiresAt: new Date(Date.now() + 86_400_000).toISOString() });
  await oneClick(url);
  const [entry] = await entriesOf(address);
  expect(entry).toMatchObject({ origin: "unsubscribed", expiresAt: null, note: null });
  expect((await auditOf(entry?.id ?? "")).map(({ action }) => action)[0]).toBe("suppression.updated");
});

it("stands in any text by its variable, untracked, and leads to the same place", async () => {
  const address = newAddress();
  const content = {
    email: {
      subject: "活动",
      text: "退订：{{unsubscribe_url}}",
      html: '<a href="{{ unsubscribe_url }}">退订</a>',
    },
  };
  await sendTo(address, { content, variables: {}, tracking: { links: true, opens: false } });
  const url = /^退订：(http:\S+\/u\/[\w-]+)$/.exec(textTo(address))?.[1] ?? "";
  expect(await mailPage(address)).toContain(`href=&quot;${url}&quot;`);
  expect((await oneClick(url)).status).toBe(200);
  expect(await entriesOf(address)).toMatchObject([{ origin: "unsubscribed" }]);
  const device = `d-${nextAddress++}`;
  await sendTo(
    device,
    { content: { push: { text: "退订 {{unsubscribe_url}}" } }, variables: {} },
    school,
    "courier",
  );
  const { body = "" } = installation.vendor.calls.at(-1) ?? {};
  await oneClick(/退订 (http:[^"\s]+)/.exec(body)?.[1] ?? "");
  expect(await entriesOf(device, school, "push")).toMatchObject([{ origin: "unsubscribed" }]);
});

it("follows the category of a template, and lets nobody declare the variable", async () => {
  const { id } = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/templates", { code: "offer", name: "招生" }),
  );
  const renderings = { email: { subject: "招生", text: "退订：{{unsubscribe_url}}" } };
  const save = (variables: object[]) =>
    school.owner<{ number: number; errors: object[] }>("POST", `/v1/templates/${id}/versions`, {
      category: "marketing",
      variables,
      renderings,
    });
  const refused = await save([{ name: "unsubscribe_url", type: "text", required: false }]);
  expect(refused).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: "/variables/0/name", code: "reserved" }] },
  });
  const { number } = await mustSucceed(save([]));
  await mustSucceed(school.owner("POST", `/v1/templates/${id}/versions/${number}/publication`));
  const address = newAddress();
  const audience = { kind: "addresses", addresses: [{ address }] };
  const message = await school.send({ audience, channels: ["mail"], template: "offer" });
  await school.completed(message);
  expect(textTo(address)).toBe(`退订：${await offerOf(address)}`);
});

it("shows in a preview where it would stand, by an address that leads nowhere", async () => {
  const preview = await mustSucceed<{ content: Record<string, string> }>(
    school.owner("POST", `/v1/channels/${school.channels.mail.id}/preview`, {
      address: newAddress(),
      content: { subject: "活动", text: "{{unsubscribe_url}}" },
      variables: {},
    }),
  );
  expect(preview.content.text).toMatch(/^http:.*\/u\/x+$/);
  expect((await fetch(preview.content.text ?? "")).status).toBe(404);
});

it("asks who calls too often to come back", async () => {
  const url = `${installation.publicUrl}/u/x`;
  const answers = await Promise.all(Array.from({ length: 150 }, () => oneClick(url)));
  const turnedAway = answers.filter(({ status }) => status === 429);
  expect(turnedAway.length).toBeGreaterThan(0);
  expect(turnedAway[0]?.headers.get("retry-after")).toBe("60");
});
