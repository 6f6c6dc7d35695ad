import { toUuid } from "@tidings/db";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  until,
} from "../harness/index.ts";

/*
 * Explaining and sending are two ways through the same statements. Here a random school is asked about random messages,
 * each is sent, and what was counted for it has to be what was said before.
 */

const RUNS = 25;
const PUPILS = 40;
const TAGS = ["高一", "高二", "住校"];

let installation: Installation;
let school: School;
const policies: string[] = [];
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  const [pupils = []] = fc.sample(fc.array(pupil, { minLength: PUPILS, maxLength: PUPILS }), { numRuns: 1 });
  await school.addUsers(pupils.map((one, index) => ({ userId: `p-${index}`, ...one })));
  const { courier, mail, hook } = school.channels;
  for (const steps of [
    [[courier.id], [mail.id]],
    [[courier.id, hook.id], [mail.id]],
    [[hook.id], [courier.id], [mail.id]],
  ]) {
    const body = {
      name: `补发 ${policies.length}`,
      steps: steps.map((channelIds, index) => ({ channelIds, ...(index > 0 && { when: "failed" }) })),
    };
    policies.push((await mustSucceed<{ id: string }>(school.owner("POST", "/v1/policies", body))).id);
  }
});
afterAll(() => installation?.stop());

const identity = fc.record({
  kind: fc.constantFrom("push", "email", "webhook"),
  scope: fc.constantFrom("all", "source", "channel"),
  number: fc.nat(9_999),
});

const pupil = fc.record({
  tags: fc.subarray(TAGS),
  identities: fc
    .uniqueArray(identity, { maxLength: 4, selector: ({ kind, scope }) => `${kind} ${scope}` })
    .map((identities) => identities.map(toIdentity)),
});

function toIdentity({ kind, scope, number }: { kind: string; scope: string; number: number }) {
  const address = kind === "email" ? `a${number}@school.example` : `a-${number}`;
  if (scope === "all") return { kind, address };
  const { sourceId, channels } = school;
  const channel = { push: channels.courier, email: channels.mail, webhook: channels.hook }[kind];
  return scope === "source"
    ? { kind, address, scope: { kind: "source", sourceId } }
    : { kind, address, scope: { kind: "channel", channelId: channel?.id } };
}

const someUser = fc.nat(PUPILS + 5).map((index) => `p-${index}`);
const audience = fc.oneof(
  fc.constant({ kind: "all" }),
  fc
    .record({ any: fc.subarray(TAGS), all: fc.subarray(TAGS), not: fc.subarray(TAGS) })
    .filter(({ any, all }) => any.length + all.length > 0)
    .map((tags) => ({ kind: "tags", ...tags })),
  fc
    .array(someUser, { minLength: 1, maxLength: 12 })
    .map((userIds) => ({ kind: "users", userIds: [...userIds, userIds[0]] })),
);
const way = fc.oneof(
  fc.subarray(["courier", "mail", "hook"], { minLength: 1 }).map((channels) => ({ channels })),
  fc.nat(2).map((policy) => ({ policy })),
);

interface Explained {
  recipients: { count: number; reached: number; unreached: number; isExact: boolean };
  steps: {
    channels: {
      id: string;
      targeted: number;
      valid: number;
      suppressed: { reason: string; count: number }[];
    }[];
  }[];
}

interface Sent {
  recipients: number;
  steps: { channels: { id: string; counts: Record<string, number> }[] }[];
}

it("says before sending, of any audience by any way, what is counted afterwards", async () => {
  await expectHolds(fc.constant({}));
});

it("says whom quiet hours and caps would leave out", async () => {
  const marketing = { limit: 5, hours: 24, category: "marketing" };
  await mustSucceed(school.owner("PUT", "/v1/frequency-caps", { items: [marketing] }));
  const hourFromNow = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  const window = { from: hourFromNow(-2), to: hourFromNow(2), weekdays: [1, 2, 3, 4, 5, 6, 7] };
  for (let index = 0; index < PUPILS; index += 3) {
    const quiet = { timeZone: "UTC", windows: [window] };
    await mustSucceed(school.owner("PUT", `/v1/users/p-${index}/quiet-hours`, quiet));
  }
  await until(async () => {
    const { quietHours, caps } = await installation.foundation.readRestraints(school.tenantId);
    return quietHours && caps.length > 0;
  });
  const restrained = fc.record({
    category: fc.constantFrom("marketing", "service", "critical"),
    quietHours: fc.constantFrom("defer", "drop", "ignore"),
  });
  await expectHolds(restrained);
});

/** Random messages, each with something of `rest`, become what was said of them. */
async function expectHolds(rest: fc.Arbitrary<object>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(audience, way, rest, fc.boolean(), async (audience, way, rest, asMember) => {
      const as = asMember ? school.operator : school.source;
      const chosen = "policy" in way ? { policy: policies[way.policy], channels: undefined } : way;
      const body = messageTo(audience, [], { ...chosen, ...rest });
      const explained = await mustSucceed<Explained>(as("POST", "/v1/messages/explain", body));
      const id = await school.send(body, { as });
      await isQuiet(id);
      const sent = await mustSucceed<Sent>(school.owner("GET", `/v1/messages/${id}`));
      expect(explained.recipients).toMatchObject({ count: sent.recipients, isExact: true });
      const said = explained.steps.map(({ channels }) =>
        channels.map((one) => [
          one.id,
          one.targeted,
          one.valid,
          one.suppressed.reduce((sum, { count }) => sum + count, 0),
        ]),
      );
      const counted = sent.steps.map(({ channels }) =>
        channels.map(({ id, counts }) => [id, counts.targeted, counts.valid, counts.suppressed]),
      );
      expect(said).toEqual(counted);
      await expectReasons(id, explained);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}

/** Nothing of it is under way but what waits for the end of quiet hours, and no flow has news to judge. */
async function isQuiet(messageId: string): Promise<void> {
  const message = toUuid("message", messageId);
  await until(async () => {
    const [row] = await installation.books.transaction(
      ({ sql }) => sql<[{ busy: boolean }]>`
        select exists(select from messages where id = ${message} and state = 'expanding')
          or exists(select from chunks where message_id = ${message} and state <> 'done' and due_at <= now())
          or exists(select from flows where message_id = ${message} and wake_at <= now()) as busy`,
    );
    return !row.busy;
  });
}

/** Reasons and people as the deliveries have them. */
async function expectReasons(messageId: string, explained: Explained): Promise<void> {
  const rows = await installation.books.transaction(
    ({ sql }) => sql<{ step: number; channel_id: string; reason: string; count: number }[]>`
      select step, channel_id, reason, count(*)::int as count from deliveries
      where message_id = ${toUuid("message", messageId)} and state = 'suppressed' group by 1, 2, 3`,
  );
  const [people] = await installation.books.transaction(
    ({ sql }) => sql<[{ reached: number }]>`
      select count(distinct coalesce(user_id::text, address))::int as reached from deliveries
      where message_id = ${toUuid("message", messageId)} and state <> 'suppressed'`,
  );
  const counted = rows.map((row) => `${row.step} ${row.channel_id} ${row.reason} ${row.count}`);
  const said = explained.steps.flatMap(({ channels }, step) =>
    channels.flatMap(({ id, suppressed }) =>
      suppressed.map(({ reason, count }) => `${step} ${toUuid("channel", id)} ${reason} ${count}`),
    ),
  );
  expect(said.sort()).toEqual(counted.sort());
  expect(explained.recipients.reached).toBe(people.reached);
}
