import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  type SchoolChannel,
  startInstallation,
  until,
  users,
} from "../harness/index.ts";

/** What the mail simulator has beyond other simulators. */
interface Returning {
  returns: Record<string, string | number>;
  returnsBox: { mails: { isSeen: boolean }[]; put(raw: Buffer): void };
}

interface Report {
  collection: {
    visitedAt: string | null;
    nextAt: string | null;
    failure: { code: string; detail: string | null; text: { zh: string; en: string } | null } | null;
  } | null;
}

let installation: Installation;
let school: School;
let returning: Returning;
let mail: SchoolChannel;

beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  returning = installation.mail as unknown as Returning;
  mail = await createReturning(school, "returning");
});
afterAll(() => installation?.stop());
afterEach(() => expectNothingLost(installation));

/** A mail channel of a school whose returned mail is read. */
async function createReturning(of: School, code: string): Promise<SchoolChannel> {
  const { password, ...settings } = installation.mail.settings;
  const { returnsPassword, ...returns } = returning.returns;
  const channel = await mustSucceed<SchoolChannel>(
    of.owner("POST", "/v1/channels", {
      code,
      name: "读退信的邮箱",
      pluginId: "tidings/email-smtp",
      settings: { ...settings, ...returns },
      secrets: { password, returnsPassword },
    }),
  );
  await mustSucceed(of.owner("PUT", `/v1/sources/${of.sourceId}/channels/${channel.id}`));
  return channel;
}

/** The next visit is now. */
const visitNow = () =>
  installation.books.transaction(
    ({ sql }) => sql`update collections set next_at = now() where next_at > now()`,
  );

const entriesOf = async (address: string, of = school) =>
  (
    await mustSucceed<{ items: object[] }>(
      of.owner("POST", "/v1/suppression-lookups", { kind: "email", address }),
    )
  ).items;

async function givenUser(email: string): Promise<string> {
  const userId = `r-${email.split("@")[1]?.replaceAll(".", "-")}`;
  const identities = [
    { kind: "email", address: email },
    { kind: "push", address: userId },
  ];
  await school.addUsers([{ userId, identities }]);
  return userId;
}

const typed = (address: string, channel = "returning") =>
  messageTo({ kind: "addresses", addresses: [{ address }] }, [channel]);

it("takes a mail that came back for undelivered, goes another way and never sends there again", async () => {
  const user = await givenUser("late-bounce@gone.example");
  const policy = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/policies", {
      name: "邮件退回后推送",
      steps: [{ channelIds: [mail.id] }, { channelIds: [school.channels.courier.id], when: "failed" }],
    }),
  );
  const id = await school.send(messageTo(users(user), [], { channels: undefined, policy: policy.id }));
  await school.reaches(id, "accepted", 0);
  await until(() => returning.returnsBox.mails.length === 1);
  await visitNow();
  const first = await school.reaches(id, "undelivered", 0);
  expect(first).toMatchObject({ reason: "5.1.1", reasonDetail: "550 5.1.1 No such mailbox" });
  expect(first.timeline.filter(({ kind }) => kind === "receipt")).toMatchObject([
    { type: "undelivered", code: "5.1.1" },
  ]);
  await school.reaches(id, "accepted", 1);
  expect(await entriesOf("late-bounce@gone.example")).toMatchObject([
    { origin: "hard_bounce", code: "5.1.1", delivery: { id: first.id } },
  ]);
  expect(returning.returnsBox.mails.map(({ isSeen }) => isSeen)).toEqual([true]);
  const again = await school.send(typed("late-bounce@gone.example"));
  await school.completed(again);
  expect(await school.timelineOf(again)).toMatchObject({ state: "suppressed", reason: "address_dead" });
});

it("makes nothing of a delay", async () => {
  const id = await school.send(typed("delayed@slow.example"));
  await school.reaches(id, "accepted");
  const before = returning.returnsBox.mails.length;
  await until(() => returning.returnsBox.mails.length > before);
  await visitNow();
  await until(async () => (await cursorOf(mail))?.endsWith(`:${returning.returnsBox.mails.length + 1}`));
  expect(await school.timelineOf(id)).toMatchObject({ state: "accepted", reason: null });
  expect(await entriesOf("delayed@slow.example")).toEqual([]);
});

async function cursorOf({ id }: SchoolChannel): Promise<string | null | undefined> {
  const rows = await installation.books.transaction(
    ({ sql }) =>
      sql<
        { cursor: string | null }[]
      >`select cursor from collections where channel_id = ${toUuid("channel", id)}`,
  );
  return rows[0]?.cursor;
}

it("reads a return a second time without counting it twice", async () => {
  const id = await school.send(typed("late-bounce@twice.example"));
  await school.reaches(id, "accepted");
  const before = returning.returnsBox.mails.length;
  await until(() => returning.returnsBox.mails.length > before);
  await visitNow();
  await school.reaches(id, "undelivered");
  // As after settings were changed, or a crash before the cursor was kept.
  await installation.books.transaction(({ sql }) => sql`update collections set cursor = null`);
  await visitNow();
  await until(async () => (await cursorOf(mail)) !== null);
  const { timeline } = await school.timelineOf(id);
  expect(timeline.filter(({ kind }) => kind === "receipt")).toHaveLength(1);
  expect((await school.message(id)).counts).toMatchObject({ submitted: 1, undelivered: 1 });
});

it("believes no return of a mail that another channel has sent", async () => {
  const other = await givenSchool(installation, "另一所学校");
  const id = await other.send(
    messageTo({ kind: "addresses", addresses: [{ address: "late-bounce@other.example" }] }, ["mail"]),
  );
  await other.completed(id);
  const before = returning.returnsBox.mails.length;
  await until(() => returning.returnsBox.mails.length > before);
  await visitNow();
  await until(async () => (await cursorOf(mail))?.endsWith(`:${returning.returnsBox.mails.length + 1}`));
  expect(await other.timelineOf(id)).toMatchObject({ state: "accepted" });
  expect(await entriesOf("late-bounce@other.example", other)).toEqual([]);
  expect(await entriesOf("late-bounce@other.example")).toEqual([]);
});

it("says on the channel when the mailbox was read last, and why it could not be", async () => {
  const found = async (of = school, { id }: Pick<SchoolChannel, "id"> = mail) =>
    (await mustSucceed<Report>(of.owner("GET", `/v1/channels/${id}/health`))).collection;
  const read = await until(async () => {
    const now = await found();
    return now?.visitedAt ? now : undefined;
  });
  expect(read).toMatchObject({ failure: null, nextAt: expect.any(String) });
  const revise = (returnsPassword: string) =>
    mustSucceed(school.owner("PATCH", `/v1/channels/${mail.id}`, { secrets: { returnsPassword } }));
  await revise("wrong");
  const failed = await until(async () => {
    const now = await found();
    return now?.failure ? now : undefined;
  });
  expect(failed.failure).toMatchObject({
    code: "returns_login_refused",
    detail: expect.any(String),
    text: {
      zh: "退信邮箱的账号或密码不正确",
      en: "User name or password of the mailbox for returned mail is wrong",
    },
  });
  // Ten times the usual pause; settings that are mended are tried at once all the same.
  expect(Date.parse(failed.nextAt ?? "") - Date.parse(failed.visitedAt ?? "")).toBe(600_000);
  await revise(String(returning.returns.returnsPassword));
  await until(async () => {
    const now = await found();
    return now?.visitedAt && now.failure === null;
  });
  expect(await found(school, school.channels.mail)).toBeNull();
  const asSource = await mustSucceed<Report>(school.source("GET", `/v1/channels/${mail.id}/health`));
  expect(asSource.collection).toBeNull();
});

it("visits nothing for channels without a mailbox", async () => {
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<[{ count: number }]>`select count(*)::int as count from collections c
      join channels h on h.tenant_id = c.tenant_id and h.id = c.channel_id where h.code <> 'returning'`,
  );
  expect(row.count).toBe(0);
});
