/*
 * A school with policies, for the tests of one file: `givenFallbackScene` starts it before them and stops it again.
 */
import { afterAll, afterEach, beforeAll } from "vitest";
import {
  expectNothingLost,
  givenEndpoint,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";

export let installation: Installation;
export let school: School;
export const policies: Record<string, string> = {};

/** To be called once, at the top of a test file. */
export function givenFallbackScene(): void {
  beforeAll(start);
  afterEach(comeToRest);
  afterAll(() => installation?.stop());
}

async function start(): Promise<void> {
  installation = await startInstallation();
  school = await givenSchool(installation);
  await givenEndpoint(installation, school);
  const { courier, mail, hook } = school.channels;
  const save = (name: string, first: string[], when: string, second: string[], afterSeconds?: number) =>
    mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/policies", {
        name,
        steps: [{ channelIds: first }, { channelIds: second, when, ...(afterSeconds && { afterSeconds }) }],
      }),
    ).then(({ id }) => {
      policies[name] = id;
    });
  await save("failed", [courier.id], "failed", [mail.id]);
  await save("undelivered", [courier.id], "undelivered", [mail.id], 300);
  await save("unread", [courier.id], "unread", [mail.id], 300);
  await save("both", [courier.id, hook.id], "failed", [mail.id]);
  const three = {
    name: "three",
    steps: [
      { channelIds: [courier.id] },
      { channelIds: [mail.id], when: "unread", afterSeconds: 300 },
      { channelIds: [hook.id], when: "failed" },
    ],
  };
  policies.three = (await mustSucceed<{ id: string }>(school.owner("POST", "/v1/policies", three))).id;
}

async function comeToRest(): Promise<void> {
  installation.vendor.answer(() => ({ status: 200 }));
  // What still waits for a receipt would wait for days: let the days pass.
  await until(async () => {
    await timePasses(installation, 4 * 86_400);
    const [row] = await installation.books.transaction(
      ({ sql }) => sql<[{ count: number }]>`select count(*)::int as count from flows where state = 'waiting'`,
    );
    return row.count === 0;
  });
  await expectNothingLost(installation);
}

let nextUser = 0;
export async function givenUser({ email }: { email?: string } = {}): Promise<string> {
  const userId = `user-${nextUser++}`;
  const identities = [
    { kind: "push", address: userId },
    { kind: "email", address: email ?? `${userId}@example.cn` },
    { kind: "webhook", address: userId },
  ];
  await school.addUsers([{ userId, identities }]);
  return userId;
}

export const sendWith = (policy: string, ...userIds: string[]) =>
  school.send(messageTo(users(...userIds), [], { channels: undefined, policy: policies[policy] }));

export const pushed = (type: string, ref: string) =>
  school.pushReceipt(school.channels.courier, {
    events: [{ eventId: `${type}-${ref}`, type, at: Date.now(), ref }],
  });

export const refuseAll = () =>
  installation.vendor.answer(({ refs }) => ({
    status: 200,
    body: JSON.stringify({ refused: Object.fromEntries(refs.map((ref) => [ref, "no_device"])) }),
  }));

export const mailsTo = (userId: string) =>
  installation.mail.received().filter(({ to }) => to.startsWith(`${userId}@`));

export const stepsOf = async (id: string) =>
  (await school.deliveriesOf(id)).map(({ step, state }) => `${step} ${state}`);

export async function flowOf(userId: string) {
  const rows = await installation.books.transaction(
    ({ sql }) => sql<{ state: string; step: number; wasted: number }[]>`
      select f.state, f.step, (
          select count(distinct d.step)::int from deliveries d where d.tenant_id = f.tenant_id and d.user_id = f.user_id
            and d.message_id = f.message_id and d.wasted_at is not null
        ) as wasted
      from flows f
      join users u on u.tenant_id = f.tenant_id and u.id = f.user_id where u.external_id = ${userId}`,
  );
  return rows[0];
}

/** Whether the user's flow has been judged and waits for the end of a window. */
export async function isPutOff(userId: string): Promise<boolean> {
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<[{ isPutOff: boolean }?]>`
      select f.wake_at > now() as "isPutOff" from flows f
      join users u on u.tenant_id = f.tenant_id and u.id = f.user_id where u.external_id = ${userId}`,
  );
  return row?.isPutOff ?? false;
}

/** Any round of the loops that was under way has ended when a flow sent after it has been judged. */
export async function roundsPass(): Promise<void> {
  refuseAll();
  const id = await sendWith("failed", await givenUser());
  await school.completed(id);
  installation.vendor.answer(() => ({ status: 200 }));
}
