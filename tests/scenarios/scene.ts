import { toUuid } from "@tidings/db";
import {
  givenSchool,
  messageTo,
  mustSucceed,
  type NewUser,
  newPhone,
  type School,
  type SchoolChannel,
  timePasses,
  until,
  users,
} from "../../apps/api/test/harness/index.ts";
import { stage } from "./stage.ts";

/** A school of the section's own, so that everyone in it is the section's. */
export const newSchool = (): Promise<School> => givenSchool(stage);

let nextUser = 0;
/** A user who can be reached on every channel of a school; the id is the address of the push channel too. */
export async function newUser(school: School, rest: Partial<NewUser> = {}): Promise<string> {
  const userId = `u-${nextUser++}`;
  const identities = [
    { kind: "push", address: userId },
    { kind: "email", address: `${userId}@example.cn` },
    { kind: "webhook", address: userId },
    { kind: "sms", address: newPhone() },
  ];
  await school.addUsers([{ userId, identities, ...rest }]);
  return userId;
}

interface CourierItem {
  ref: string;
  to: string;
  text: string;
}

const itemsOf = ({ body }: { body: string }): CourierItem[] => JSON.parse(body).items ?? [];

/** What the courier was asked to bring to the address, once for every time it was asked. */
export const couriered = (address: string): CourierItem[] =>
  stage.vendor.calls.flatMap(itemsOf).filter(({ to }) => to === address);

/** How often the courier has carried something out for each address. */
export function courierEffects(): Map<string, number> {
  const addresses = new Map(stage.vendor.calls.flatMap(itemsOf).map(({ ref, to }) => [ref, to]));
  const effects = new Map<string, number>();
  for (const [ref, count] of stage.vendor.effects) {
    const to = addresses.get(ref) ?? "";
    effects.set(to, (effects.get(to) ?? 0) + count);
  }
  return effects;
}

export const mailsTo = (userId: string) =>
  stage.mail.received().filter(({ to }) => to.startsWith(`${userId}@`));

/** The courier takes every call and refuses every recipient for good. */
export const refuseAll = () =>
  stage.vendor.answer(({ refs }) => ({
    status: 200,
    body: JSON.stringify({ refused: Object.fromEntries(refs.map((ref) => [ref, "no_device"])) }),
  }));

let nextEvent = 0;
/** The courier's later word about one delivery. */
export const report = (school: School, type: string, ref: string, rest: object = {}) =>
  school.pushReceipt(school.channels.courier, {
    events: [{ eventId: `e-${nextEvent++}`, type, at: Date.now(), ref, ...rest }],
  });

/** One more channel, which the school's source may use. */
export async function newChannel(
  school: School,
  code: string,
  pluginId: string,
  { settings = {}, secrets = {} }: { settings?: object; secrets?: object } = {},
): Promise<SchoolChannel> {
  const body = { code, name: code, pluginId, settings, secrets };
  const channel = await mustSucceed<SchoolChannel>(school.owner("POST", "/v1/channels", body));
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
  return channel;
}

export interface Step {
  channels: SchoolChannel[];
  when?: "failed" | "undelivered" | "unread";
  afterSeconds?: number;
}

export async function policyOf(school: School, ...steps: Step[]): Promise<string> {
  const saved = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/policies", {
      name: `策略 ${nextUser++}`,
      steps: steps.map(({ channels, ...rest }) => ({ channelIds: channels.map(({ id }) => id), ...rest })),
    }),
  );
  return saved.id;
}

export const sendBy = (school: School, policy: string, userIds: string[], rest: object = {}) =>
  school.send(messageTo(users(...userIds), [], { channels: undefined, policy, ...rest }));

/** What became of the message, step by step. */
export const stepsOf = async (school: School, id: string) =>
  (await school.deliveriesOf(id)).map(({ step, state }) => `${step} ${state}`).sort();

/** Moves everything that waits for a time in the server's database: the server itself sees the time as passed. */
export const passes = (seconds: number) => timePasses(stage, seconds);

/**
 * Whatever was due has been done when a message that was sent later has gone through all its steps: the server works
 * on what is due longest first. The only way to see from outside that nothing happens.
 */
export async function roundsPass(school: School): Promise<void> {
  const { hook, mail } = school.channels;
  const witness = await newUser(school, {
    identities: [
      { kind: "webhook", address: "gone" },
      { kind: "email", address: `witness-${nextUser++}@example.cn` },
    ],
  });
  const policy = await policyOf(school, { channels: [hook] }, { channels: [mail], when: "failed" });
  await school.completed(await sendBy(school, policy, [witness]));
}

/** The message shows for its only delivery that it waits, and why. */
export const waitsFor = (school: School, id: string, reason: string) =>
  until(async () => {
    const one = await school.timelineOf(id);
    return one.state === "ready" && one.reason === reason ? one : undefined;
  });

const SHANGHAI = "Asia/Shanghai";
const clockIn = (minutes: number) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: SHANGHAI, timeStyle: "short" }).format(
    Date.now() + minutes * 60_000,
  );

/** Daily hours by the clock, from and to so many minutes from now. */
const daily = (from: number, to: number) => ({
  timeZone: SHANGHAI,
  windows: [{ from: clockIn(from), to: clockIn(to), weekdays: [1, 2, 3, 4, 5, 6, 7] }],
});

/** A school at half past five, with quiet hours from ten in the evening until six. */
export async function newSchoolAtNight(): Promise<School> {
  const school = await newSchool();
  await mustSucceed(school.owner("PUT", "/v1/quiet-hours", { ofTenant: daily(-450, 30) }));
  return school;
}

/**
 * The clock shows the end of the quiet hours: they lie earlier by what has passed. By their route, what they keep back
 * would be let go at once.
 */
export async function clockShowsMorning(school: School): Promise<void> {
  await stage.books.transaction(
    ({ sql }) => sql`update quiet_hours set of_tenant = ${sql.json(daily(-480, 0))}
      where tenant_id = ${toUuid("tenant", school.tenantId)}`,
  );
  // The server remembers the hours for a moment.
  const message = messageTo(users(await newUser(school)), ["courier"], { quietHours: "drop" });
  await until(async () => (await school.completed(await school.send(message))).counts.submitted === 1);
}

export const inSeconds = (seconds: number) => ({
  at: new Date(Date.now() + seconds * 1000).toISOString(),
  timeZone: SHANGHAI,
});

export const listMessages = async (school: School) =>
  (await mustSucceed<{ items: { id: string }[] }>(school.owner("GET", "/v1/messages?limit=100"))).items;

/** Whoever runs the installation sets the plan; no route does. */
export const allowMessagesADay = (school: School, limit: number) =>
  stage.books.transaction(
    ({ sql }) => sql`insert into quotas (tenant_id, kind, period, used, "limit")
      values (${toUuid("tenant", school.tenantId)}, 'messages_per_day', '', 0, ${limit})
      on conflict (tenant_id, kind, period) do update set "limit" = excluded."limit"`,
  );
