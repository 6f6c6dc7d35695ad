/*
 * A school with an inbox channel, for the tests of one file: `givenInboxScene` starts it before them and stops it again.
 */
import { afterAll, beforeAll } from "vitest";
import {
  type Call,
  callWithKey,
  givenEndpoint,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  users,
} from "../harness/index.ts";

export const SITE = "https://portal.school.example";

export let installation: Installation;
export let school: School;
export let inboxChannelId: string;

/** To be called once, at the top of a test file. */
export function givenInboxScene(): void {
  beforeAll(async () => {
    installation = await startInstallation();
    school = await givenSchool(installation);
    await givenEndpoint(installation, school);
    inboxChannelId = await addInbox(school);
  });
  afterAll(() => installation?.stop());
}

/** Gives a school an inbox channel that its source may use. */
export async function addInbox(owner: School, code = "inbox"): Promise<string> {
  const channel = {
    code,
    name: `站内信 ${code}`,
    pluginId: "tidings/inbox",
    settings: { origins: SITE, keepDays: 30 },
    state: "on",
  };
  const { id } = await mustSucceed<{ id: string }>(owner.owner("POST", "/v1/channels", channel));
  await mustSucceed(owner.owner("PUT", `/v1/sources/${owner.sourceId}/channels/${id}`));
  return id;
}

let nextUser = 0;
/** A user without any identity. */
export async function givenUser(of: School = school): Promise<string> {
  const userId = `inbox-${nextUser++}`;
  await of.addUsers([{ userId }]);
  return userId;
}

export interface Entry {
  id: string;
  title: string;
  body: string;
  link: string | null;
  mustConfirm: boolean;
  readAt: string | null;
  confirmedAt: string | null;
}

export const notice = (content: Record<string, string> = {}) => ({
  content: { inbox: { title: "{{content}}", body: "请查看", ...content } },
});

export const sendTo = (userIds: string[], rest: object = notice(), of: School = school) =>
  of.send(messageTo(users(...userIds), ["inbox"], rest));

/** Sends a notice to one user and waits until it is there. */
export async function arrived(userId: string, content: Record<string, string> = {}): Promise<string> {
  const id = await sendTo([userId], notice(content));
  await school.completed(id);
  return id;
}

export async function tokenFor(userId: string, body: object = {}, of: School = school): Promise<string> {
  const answer = of.source("POST", "/v1/inbox/tokens", { userId, ...body });
  return (await mustSucceed<{ token: string }>(answer)).token;
}

/** Calls as the user, from no browser. */
export const callAsUser = async (userId: string, of: School = school): Promise<Call> =>
  callWithKey(installation, await tokenFor(userId, {}, of));

export const entriesOf = async (call: Call, query = ""): Promise<Entry[]> =>
  (await mustSucceed<{ items: Entry[] }>(call("GET", `/v1/inbox/entries${query}`))).items;

export const countsOf = async (call: Call) =>
  await mustSucceed<{ unreadCount: number; toConfirmCount: number }>(call("GET", "/v1/inbox/counts"));
