import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  expectNothingLost,
  expectProblem,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  newPhone,
  type School,
  startInstallation,
  until,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
});
afterAll(async () => {
  await expectNothingLost(installation);
  await installation.stop();
});

interface Preview {
  kind: string;
  address: string;
  content: Record<string, string>;
  requests: {
    method: string;
    url: string;
    headers: Record<string, string>;
    body: string | null;
    authentication: { type: string; headers: Record<string, string> } | null;
    blockedBecause: string | null;
  }[];
  parts: { label: { zh: string }; text: string }[];
  refusal: { status: string; code: string; text: { zh: string } | null } | null;
  unavailable: { code: string } | null;
  findings: { code: string; pointer: string }[];
}

const SMS = { templateCode: "SMS_100003", text: "【通知】{{content}}" };
const asked = { content: SMS, variables: { content: "明天放假" }, address: "13811111001" };
const pathOf = (channel: keyof School["channels"], verb: string) =>
  `/v1/channels/${school.channels[channel].id}/${verb}`;
const preview = (channel: keyof School["channels"], body: object) =>
  mustSucceed<Preview>(school.owner("POST", pathOf(channel, "preview"), body));

describe("a preview", () => {
  it("is the request that sending makes, with placeholders where the signature will be", async () => {
    const shown = await preview("sms", asked);
    expect(shown).toMatchObject({
      kind: "requests",
      address: "13811111001",
      refusal: null,
      unavailable: null,
    });
    expect(shown.content.text).toBe("【通知】明天放假");
    const [request] = shown.requests;
    expect(request).toMatchObject({ method: "POST", body: null, blockedBecause: null });
    const url = new URL(request?.url ?? "");
    expect(url.origin).toBe(installation.sms.settings.endpoint);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      PhoneNumbers: "13811111001",
      TemplateCode: "SMS_100003",
      TemplateParam: '{"content":"明天放假"}',
    });
    expect(request?.headers).toMatchObject({ "x-acs-action": "SendSms", "user-agent": "Tidings/1" });
    expect(request?.authentication).toMatchObject({ type: "acs3" });
    expect(request?.authentication?.headers.authorization).toContain("Signature=<signature>");
  });

  it("sends nothing and keeps nothing", async () => {
    const received = installation.sms.received().length;
    const count = async () => {
      const [row] = await installation.books.transaction(
        ({ sql }) => sql<[{ count: number }]>`select (select count(*) from messages)::int
          + (select count(*) from audit_entries)::int + (select count(*) from deliveries)::int as count`,
      );
      return row.count;
    };
    const before = await count();
    await preview("sms", asked);
    expect([installation.sms.received().length, await count()]).toEqual([received, before]);
  });

  it("holds no secret of any channel", async () => {
    const shown = [
      await preview("sms", asked),
      await preview("mail", { content: { subject: "x", text: "y" }, address: "a@school.example" }),
      await preview("hook", { content: { title: "x", text: "y" }, address: "screen-1" }),
      await preview("courier", { content: { text: "x" }, address: "device-1" }),
    ];
    const secrets = [
      installation.sms.settings.accessKeyId,
      installation.sms.settings.accessKeySecret,
      installation.mail.settings.password,
      installation.hook.settings.secret,
      "courier-token",
    ].map(String);
    expect(secrets.filter((secret) => secret.length < 8 || secret === "undefined")).toEqual([]);
    expect(secrets.filter((secret) => JSON.stringify(shown).includes(secret))).toEqual([]);
  });

  it("is the envelope and the mail for a channel with sockets of its own", async () => {
    const shown = await preview("mail", {
      content: { subject: "Notice", text: "y" },
      address: "a@school.example",
    });
    expect(shown.kind).toBe("transmission");
    expect(shown.parts[0]?.text).toContain("RCPT TO:<a@school.example>");
    expect(shown.parts[1]?.text).toContain("Subject: Notice");
  });

  it("tells in the plugin's words why nothing would be sent", async () => {
    const shown = await preview("sms", { ...asked, content: { ...SMS, templateCode: "nonsense" } });
    expect(shown).toMatchObject({
      requests: [],
      refusal: {
        status: "rejected",
        code: "invalid_template_code",
        text: { zh: expect.stringContaining("模板") },
      },
    });
  });

  it("takes a template's draft and a user's address, for those who may see it", async () => {
    const phone = newPhone();
    await school.addUsers([{ userId: "u-9", name: "王芳", identities: [{ kind: "sms", address: phone }] }]);
    const { id } = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/templates", { code: "notice", name: "通知" }),
    );
    await mustSucceed(
      school.owner("POST", `/v1/templates/${id}/versions`, {
        variables: [
          { name: "content", type: "text", required: true },
          { name: "user_name", type: "text", required: false },
        ],
        renderings: { sms: { templateCode: "SMS_100002", text: "{{user_name}}您好，{{content}}" } },
      }),
    );
    const body = { templateId: id, variables: { content: "放假" }, userId: "u-9" };
    expect(await preview("sms", body)).toMatchObject({
      address: phone,
      content: { text: "王芳您好，放假" },
    });
    const own = { content: { ...SMS, text: "{{user_name}}" }, userId: "u-9" };
    expect((await preview("sms", own)).content.text).toBe("王芳");
    expectProblem(await school.reviewer("POST", pathOf("sms", "preview"), body), "forbidden", 403);
    const withoutValue = await school.owner("POST", pathOf("sms", "preview"), { ...body, variables: {} });
    expectProblem(withoutValue, "invalid-input", 422);
    const elsewhere = await school.owner("POST", pathOf("hook", "preview"), body);
    expectProblem(elsewhere, "invalid-input", 422);
  });

  it.each([
    ["neither content nor template", { content: undefined }, "/content"],
    ["neither address nor user", { address: undefined }, "/address"],
    ["address and user", { userId: "u-1" }, "/address"],
    ["a version without template", { version: 1 }, "/version"],
    ["no address of the kind", { address: "not a number" }, "/address"],
    ["a field that the plugin does not have", { content: { ...SMS, subject: "x" } }, "/content/subject"],
    ["a field missing", { content: { text: "x" } }, "/content"],
    ["a variable without a value", { variables: {} }, "/content/text"],
    ["a broken variable", { content: { ...SMS, text: "{{" } }, "/content/text"],
    ["too long a text", { variables: { content: "文".repeat(600) } }, "/content"],
    ["an unknown user", { address: undefined, userId: "nobody" }, "/userId"],
    ["a field of the request that does not exist", { to: "x" }, "/to"],
  ])("refuses %s and says where", async (_, change, pointer) => {
    const answer = await school.owner<{ errors: { pointer: string }[] }>("POST", pathOf("sms", "preview"), {
      ...asked,
      ...change,
    });
    expectProblem(answer, "invalid-input", 422);
    expect(answer.body.errors[0]?.pointer).toBe(pointer);
  });
});

describe("a test", () => {
  const testSend = (body: object, key?: string, call = school.owner) =>
    call<{ id: string; outcome: string; errors?: { pointer: string }[] }>(
      "POST",
      pathOf("sms", "test-send"),
      body,
      key ? { headers: { "idempotency-key": key } } : {},
    );

  it("is a message that arrives, with its receipt", async () => {
    const phone = newPhone();
    const { id } = await mustSucceed(testSend({ ...asked, address: phone }));
    const delivery = await school.reaches(id, "delivered");
    expect(delivery).toMatchObject({ state: "delivered", channel: { id: school.channels.sms.id } });
    expect(installation.sms.received().filter(({ to }) => to === phone)).toMatchObject([
      { text: "【知行学校】【通知】明天放假" },
    ]);
    const { items } = await mustSucceed<{ items: { id: string }[] }>(
      school.owner("GET", `/v1/messages?channelId=${school.channels.sms.id}`),
    );
    expect(items.map((message) => message.id)).toContain(id);
    const others = await mustSucceed<{ items: { id: string }[] }>(
      school.owner("GET", `/v1/messages?channelId=${school.channels.hook.id}`),
    );
    expect(others.items.map((message) => message.id)).not.toContain(id);
  });

  it("is counted for itself, and left out of what the tenant and the channel have sent", async () => {
    const today = new Date();
    const days = [-1, 1].map((shift) =>
      new Date(today.getTime() + shift * 86_400_000).toISOString().slice(0, 10),
    );
    const countAll = async () => {
      const period = `from=${days[0]}&to=${days[1]}`;
      const read = <T>(path: string) => mustSucceed<T>(school.owner("GET", path));
      return {
        funnel: (await read<{ totals: object }>(`/v1/statistics/funnel?${period}`)).totals,
        reasons: (await read<{ items: object[] }>(`/v1/statistics/reasons?${period}`)).items,
        channel: (await read<{ counts: object }>(`/v1/channels/${school.channels.sms.id}/health`)).counts,
      };
    };
    const compacted = () =>
      until(async () => {
        const rows = await installation.books.transaction(
          ({ sql }) => sql<{ count: number }[]>`select count(*)::int as count from statistics_deltas`,
        );
        return rows[0]?.count === 0;
      });
    await compacted();
    const before = await countAll();
    const { id } = await mustSucceed(testSend({ ...asked, address: newPhone("0000") }));
    const delivery = await school.reaches(id, "undelivered");
    expect(await countAll()).toEqual(before);
    await compacted();
    expect(await countAll()).toEqual(before);
    const own = await mustSucceed<{ isTest: boolean; counts: object }>(
      school.owner("GET", `/v1/messages/${id}`),
    );
    expect(own).toMatchObject({ isTest: true, counts: { targeted: 1, submitted: 1, undelivered: 1 } });
    // Whatever sends it again tries the channel once more.
    const again = await mustSucceed<{ id: string }>(
      school.owner("POST", `/v1/deliveries/${delivery.id}/resend`, { force: true }),
    );
    await school.reaches(again.id, "undelivered");
    await compacted();
    expect(await countAll()).toEqual(before);
    const listed = async (query: string) =>
      (
        await mustSucceed<{ items: { id: string }[] }>(school.owner("GET", `/v1/messages?${query}`))
      ).items.map((message) => message.id);
    const real = await school.send(
      messageTo({ kind: "addresses", addresses: [{ address: newPhone() }] }, ["sms"]),
    );
    expect(await listed("isTest=true&limit=2")).toEqual([again.id, id]);
    expect(await listed("isTest=false&limit=1")).toEqual([real]);
    expect((await listed("limit=3")).sort()).toEqual([id, again.id, real].sort());
    expectProblem(await school.owner("GET", "/v1/messages?isTest=maybe"), "invalid-input", 422);
  });

  it("is the same test when it is asked for twice with one key", async () => {
    const body = { ...asked, address: newPhone() };
    const [first, second] = [await testSend(body, "once"), await testSend(body, "once")];
    expect(second.body.id).toBe(first.body.id);
  });

  it("is refused at the places where the caller wrote what is wrong", async () => {
    const wrong = await testSend({ ...asked, address: "no number" });
    expectProblem(wrong, "invalid-input", 422);
    expect(wrong.body.errors?.[0]?.pointer).toBe("/address");
    const odd = await testSend({ ...asked, content: { ...SMS, text: "{{none}}" } });
    expect(odd.body.errors?.[0]?.pointer).toBe("/content/text");
  });

  it("needs the permission to send", async () => {
    expectProblem(await testSend(asked, undefined, school.reviewer), "forbidden", 403);
  });
});

// Last: the simulated vendor reports to the school that was made last.
describe("both", () => {
  it("are nobody's beyond the tenant, and a preview is not for sources", async () => {
    expectProblem(await school.source("POST", pathOf("sms", "preview"), asked), "forbidden", 403);
    const stranger = await givenSchool(installation, "邻校");
    expectProblem(await stranger.owner("POST", pathOf("sms", "preview"), asked), "not-found", 404);
    expectProblem(await stranger.owner("POST", pathOf("sms", "test-send"), asked), "not-found", 404);
  });
});
