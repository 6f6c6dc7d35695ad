import { createClient, ProblemError } from "@tidings/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  expandOnce,
  givenSchool,
  type Installation,
  PASSWORD,
  type School,
  startInstallation,
} from "../harness/index.ts";

let installation: Installation;
let school: School;

beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
}, 60_000);
afterAll(() => installation?.stop());

const request = (sent: Request) => installation.http.app.request(sent);
const asSource = () =>
  createClient({ baseUrl: installation.publicUrl, apiKey: school.apiKey, fetch: request });

/** The console in a browser: it keeps the cookie and says where it comes from. */
function asConsole() {
  let cookie = "";
  return createClient({
    baseUrl: installation.publicUrl,
    headers: { "X-Tidings-Console": "1" },
    fetch: async (sent) => {
      const headers = new Headers(sent.headers);
      headers.set("cookie", cookie);
      const response = await request(new Request(sent, { headers }));
      cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
      return response;
    },
  });
}

describe("the client against the API", () => {
  it("follows a message's progress to its end, and is told why it may not", async () => {
    const tidings = asSource();
    await tidings.saveUser({ path: { userId: "u-9" }, body: { name: "李四" } });
    const { id: messageId } = await tidings.sendMessage({
      body: {
        audience: { kind: "users", userIds: ["u-9"] },
        channels: ["hook"],
        content: { webhook: { title: "t", text: "t" } },
      },
    });
    await expandOnce(installation);
    const states: string[] = [];
    for await (const progress of await tidings.watchMessage({ path: { messageId } }))
      states.push(progress.state);
    expect(states).toEqual(["completed"]);
    const nobodys = await tidings.watchMessage({ path: { messageId: "msg_00000000000000000000000000" } });
    await expect(nobodys.next()).rejects.toMatchObject({ code: "not-found", status: 404 });
  });

  it("sends a message once, however often it is asked to with one key", async () => {
    const tidings = asSource();
    await tidings.saveUser({
      path: { userId: "2024001" },
      body: { name: "张三", identities: [{ kind: "webhook", address: "hall" }] },
    });
    const call = {
      body: {
        audience: { kind: "users" as const, userIds: ["2024001"] },
        channels: ["hook"],
        content: { webhook: { title: "{{what}}", text: "{{what}}" } },
        variables: { what: "明天放假" },
      },
      idempotencyKey: "holiday-2024001",
    };
    const [first, second] = [await tidings.sendMessage(call), await tidings.sendMessage(call)];
    expect(second).toEqual(first);
    await expandOnce(installation);
    const message = await tidings.getMessage({ path: { messageId: first.id } });
    expect(message).toMatchObject({ id: first.id, counts: { targeted: 1 } });
  });

  it("turns a refusal into a ProblemError that names the field", async () => {
    const refused = asSource().createTag({ body: { name: "" } });
    const error = await refused.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({
      status: 422,
      code: "invalid-input",
      instance: "/v1/tags",
      requestId: expect.stringMatching(/^req_/),
      errors: [{ pointer: "/name" }],
    });
  });

  it("pages through a list and deletes without an answer's body", async () => {
    const tidings = asSource();
    const names = ["一班", "二班", "三班"];
    for (const name of names) await tidings.createTag({ body: { name } });
    const found: { id: string; name: string }[] = [];
    let cursor: string | undefined;
    do {
      const page = await tidings.listTags({ query: { limit: 2, ...(cursor ? { cursor } : {}) } });
      found.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(found.map(({ name }) => name).sort()).toEqual([...names].sort());
    for (const { id } of found) expect(await tidings.deleteTag({ path: { tagId: id } })).toBeUndefined();
  });

  it("works with a session's cookie as the console does", async () => {
    const tidings = asConsole();
    await expect(tidings.getMe()).rejects.toMatchObject({ status: 401 });
    await tidings.createSession({ body: { email: school.emails.owner, password: PASSWORD } });
    expect((await tidings.getMe()).member.email).toBe(school.emails.owner);
    await tidings.deleteSession();
    await expect(tidings.getMe()).rejects.toMatchObject({ status: 401 });
  });
});
