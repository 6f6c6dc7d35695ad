import { toUuid } from "@tidings/db";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { REMEMBER_MS } from "../../src/modules/deliveries/judge/restraints.ts";
import type { QuietHours } from "../../src/modules/quiet-hours/index.ts";
import {
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  SAMPLES,
  type School,
  startInstallation,
  timePasses,
  until,
} from "../harness/index.ts";

/*
 * What an explanation says about time. Pupils of a random school have quiet hours in several zones, around midnight too;
 * random messages are explained and sent, to begin at once or later. Then the hours pass, and what every pupil got, when,
 * and why not, has to be what was said. Quiet hours begin and end at half past, messages and times to live at the full
 * hour, and the clock stops between them, so that each is seen by itself.
 */

const PUPILS = 36;
const MESSAGES = 20;
const TIMEOUT_MS = 120_000;
/** Hours from the base. */
const BEGINNINGS = [0, 2, 3];
const LAST_HOUR = 10;
const HOUR_MS = 3_600_000;
/** None of them changes its clocks: hours are moved by the wall clock. */
const ZONES = ["Asia/Shanghai", "America/Bogota", "Africa/Nairobi", "Asia/Kolkata"];
const SENT = new Set(["accepted", "delivered", "undelivered"]);

let installation: Installation;
let school: School;
/** The full minute at which everything begins. */
let base: number;
/** How far everything has been moved into the past since then. */
let passedMs = 0;
const policies: string[] = [];

const timeIn = (timeZone: string, hour: number) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, hour: "2-digit", minute: "2-digit" }).format(
    base + hour * HOUR_MS,
  );
const someHours = fc
  .record({
    timeZone: fc.constantFrom(...ZONES),
    from: fc.constantFrom(-3.5, 0.5, 1.5),
    to: fc.constantFrom(2.5, 4.5, 5.5, 8.5),
  })
  .map(({ timeZone, from, to }) => ({
    timeZone,
    windows: [{ from: timeIn(timeZone, from), to: timeIn(timeZone, to), weekdays: [1, 2, 3, 4, 5, 6, 7] }],
  }));
const never = { timeZone: "Asia/Shanghai", windows: [] };
const pupil = fc.record({
  kinds: fc.subarray(["push", "email"]),
  own: fc.option(fc.oneof({ weight: 5, arbitrary: someHours }, fc.constant(never))),
});

const someUser = fc.nat(PUPILS + 3).map((index) => `p-${index}`);
const audience = fc.oneof(
  fc.constant({ kind: "all" }),
  fc.uniqueArray(someUser, { minLength: 1, maxLength: 20 }).map((userIds) => ({ kind: "users", userIds })),
  fc.constant({ kind: "addresses", addresses: [{ address: "typed-1" }, { address: "typed-2" }] }),
);
const message = fc.record({
  audience,
  way: fc.nat(2),
  category: fc.constantFrom("marketing", "service", "critical"),
  quietHours: fc.constantFrom(undefined, "defer", "drop", "ignore"),
  beginsIn: fc.constantFrom(...BEGINNINGS),
  ttlHours: fc.constantFrom(undefined, 1, 3, 6),
});

beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  base = Math.floor(Date.now() / 60_000) * 60_000;
  const { courier, mail } = school.channels;
  const another = { ...SAMPLES.createChannel?.(school, "second"), code: "second" };
  const second = await mustSucceed<{ id: string }>(school.owner("POST", "/v1/channels", another));
  for (const steps of [
    [[courier.id], [mail.id]],
    [[courier.id, second.id], [mail.id]],
  ]) {
    const body = {
      name: `补发 ${policies.length}`,
      steps: steps.map((channelIds, index) => ({ channelIds, ...(index > 0 && { when: "failed" }) })),
    };
    policies.push((await mustSucceed<{ id: string }>(school.owner("POST", "/v1/policies", body))).id);
  }
  await saveQuietHours();
});
afterAll(() => installation?.stop());

async function saveQuietHours(): Promise<void> {
  const [ofTenant = never, marketing = never] = fc.sample(someHours, 2);
  await mustSucceed(school.owner("PUT", "/v1/quiet-hours", { ofTenant, ofCategories: { marketing } }));
  const addressOf = (kind: string, index: number) =>
    kind === "email" ? `p${index}@school.example` : `p-${index}`;
  const pupils = fc.sample(pupil, PUPILS);
  await school.addUsers(
    pupils.map(({ kinds }, index) => ({
      userId: `p-${index}`,
      identities: kinds.map((kind) => ({ kind, address: addressOf(kind, index) })),
    })),
  );
  for (const [index, { own }] of pupils.entries()) {
    if (own) await mustSucceed(school.owner("PUT", `/v1/users/p-${index}/quiet-hours`, own));
  }
}

type Drawn = typeof message extends fc.Arbitrary<infer T> ? T : never;

/** Two hours from the base all quiet hours are on: some wait, some are left out, some wait for too long. */
const CERTAIN: Drawn[] = (
  [
    ["defer", undefined],
    ["drop", undefined],
    ["defer", 1],
  ] as const
).map(([quietHours, ttlHours]) => ({
  audience: { kind: "all" },
  way: 0,
  category: "service",
  quietHours,
  beginsIn: 2,
  ttlHours,
}));

function bodyOf({ audience, way, category, quietHours, beginsIn, ttlHours }: Drawn): object {
  const policy = audience.kind === "addresses" ? undefined : policies[way];
  return messageTo(audience, ["courier"], {
    ...(policy ? { policy, channels: undefined } : {}),
    category,
    ...(quietHours && { quietHours }),
    ...(beginsIn > 0 && {
      schedule: { at: new Date(base + beginsIn * HOUR_MS).toISOString(), timeZone: "Asia/Shanghai" },
    }),
    ...(ttlHours && { ttlSeconds: ttlHours * 3600 }),
  });
}

interface Deferral {
  count: number;
  earliestUntil: string;
  latestUntil: string;
}

interface Explained {
  recipients: { count: number; reached: number; isExact: boolean };
  quietHours: { atOnce: number; deferred: Deferral | null; dropped: number; outlasted: number };
  steps: {
    channels: {
      id: string;
      targeted: number;
      valid: number;
      deferred: Deferral | null;
      suppressed: { reason: string; count: number }[];
    }[];
  }[];
  user: {
    quietHours: { endsAt: string; reason: string | null; timeZone: string } | null;
    steps: {
      step: number;
      channels: { id: string; reason: string | null; deferredUntil: string | null }[];
    }[];
  };
}

interface Row {
  id: string;
  step: number;
  channel: string;
  state: string;
  reason: string | null;
  until: Date | null;
  who: string;
}

it(
  "foretells who gets a message at once, who later and when, and who never",
  async () => {
    const drawn = [...CERTAIN, ...fc.sample(message, MESSAGES)];
    const said: { id: string; body: object; explained: Explained; user: string; beginsIn: number }[] = [];
    for (const [index, one] of drawn.entries()) {
      const body = bodyOf(one);
      const user = `p-${index}`;
      const explained = await mustSucceed<Explained>(
        school.owner("POST", "/v1/messages/explain", { ...body, explainUser: user }),
      );
      said.push({
        id: await school.send(body, { as: school.owner }),
        body,
        explained,
        user,
        beginsIn: one.beginsIn,
      });
    }
    const sentAt = await passHours(said.map(({ id }) => id));
    const seen = { deferred: 0, dropped: 0, outlasted: 0 };
    for (const { id, body, explained, user, beginsIn } of said) {
      const rows = await rowsOf(id);
      const about = JSON.stringify({ ...body, content: undefined, rows });
      expect(toSaid(explained), about).toEqual(toSeen(rows));
      expect(toStory(explained.user), about).toEqual(
        expect.arrayContaining(rows.filter(({ who }) => who === user).map(fateOf)),
      );
      for (const row of rows.filter(({ state }) => SENT.has(state))) {
        const dueIn = row.until ? (row.until.getTime() - base) / HOUR_MS : beginsIn;
        expect(sentAt.get(row.id), about).toBe(STOPS.find((hour) => hour >= dueIn));
      }
      seen.deferred += explained.quietHours.deferred?.count ?? 0;
      seen.dropped += explained.quietHours.dropped;
      seen.outlasted += explained.quietHours.outlasted;
    }
    // None of it is worth anything in a school where nothing of it happens.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

/** Hours from the base at which the clock stops: when messages begin, and shortly behind what happens at half past. */
const STOPS = [...BEGINNINGS, ...Array.from({ length: LAST_HOUR }, (_, hour) => hour + 0.75)].sort(
  (a, b) => a - b,
);

/** Lets the hours pass; returns at which stop each delivery was found to have been sent. */
async function passHours(messageIds: string[]): Promise<Map<string, number>> {
  const sentAt = new Map<string, number>();
  let hours = 0;
  for (const stop of STOPS) {
    if (stop > hours) await jump(stop - hours);
    hours = stop;
    await until(isQuiet);
    for (const row of (await Promise.all(messageIds.map(rowsOf))).flat()) {
      if (SENT.has(row.state) && !sentAt.has(row.id)) sentAt.set(row.id, stop);
    }
  }
  return sentAt;
}

/**
 * Moves the quiet hours, and then everything else, into the past. The engine remembers for a moment what it has read of
 * quiet hours: nothing comes due before that is over.
 */
async function jump(hours: number): Promise<void> {
  await installation.books.transaction(async ({ sql }) => {
    const move = (quietHours: QuietHours) => JSON.stringify(earlier(quietHours, hours));
    const [ofAll] = await sql<[{ tenant: QuietHours; marketing: QuietHours }]>`
      select of_tenant as tenant, of_categories -> 'marketing' as marketing from quiet_hours`;
    await sql`update quiet_hours set of_tenant = ${move(ofAll.tenant)}::text::jsonb,
      of_categories = jsonb_build_object('marketing', ${move(ofAll.marketing)}::text::jsonb)`;
    const own = await sql<{ fingerprint: string; quietHours: QuietHours }[]>`
      select distinct fingerprint, quiet_hours as "quietHours" from user_quiet_hours`;
    for (const { fingerprint, quietHours } of own) {
      await sql`update user_quiet_hours set quiet_hours = ${move(quietHours)}::text::jsonb
        where fingerprint = ${fingerprint}`;
    }
  });
  const since = performance.now();
  await until(() => performance.now() - since > REMEMBER_MS);
  await timePasses(installation, hours * 3600);
  passedMs += hours * HOUR_MS;
}

const earlier = ({ timeZone, windows }: QuietHours, hours: number): QuietHours => ({
  timeZone,
  windows: windows.map((window) => ({
    ...window,
    from: timeBefore(window.from, hours),
    to: timeBefore(window.to, hours),
  })),
});

/** Every day has the same hours: it does not matter on which day it is. */
const timeBefore = (text: string, hours: number) =>
  new Date(Date.parse(`1970-01-02T${text}:00Z`) - hours * HOUR_MS).toISOString().slice(11, 16);

/** Nothing is under way but what waits for its time. */
async function isQuiet(): Promise<boolean> {
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<[{ busy: boolean }]>`
      select exists(select from messages where state = 'expanding' or wake_at <= now())
        or exists(select from chunks where state <> 'done' and due_at <= now())
        or exists(select from chunks where state in ('queued', 'sending'))
        or exists(select from flows where wake_at <= now()) as busy`,
  );
  return !row.busy;
}

/** The deliveries of a message; moments as they were before anything was moved. */
async function rowsOf(messageId: string): Promise<Row[]> {
  const rows = await installation.books.transaction(
    ({ sql }) => sql<Row[]>`
      select d.id::text, d.step, d.channel_id as channel, d.state, d.reason, d.deferred_until as until,
        coalesce(u.external_id, d.address, d.reason_detail) as who
      from deliveries d left join users u on u.tenant_id = d.tenant_id and u.id = d.user_id
      where d.message_id = ${toUuid("message", messageId)} order by d.id`,
  );
  return rows.map((row) => ({ ...row, until: row.until && new Date(row.until.getTime() + passedMs) }));
}

const isSent = ({ state }: Row) => SENT.has(state);

function toDeferral(rows: readonly Row[]): Deferral | null {
  const ends = rows.flatMap(({ until }) => (until ? [until.toISOString()] : [])).sort();
  const [earliestUntil] = ends;
  const latestUntil = ends.at(-1);
  if (earliestUntil === undefined || latestUntil === undefined) return null;
  return { count: ends.length, earliestUntil, latestUntil };
}

function groupsOf<Key>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

/** One row of each person. */
const people = (rows: readonly Row[]) => [...new Map(rows.map((row) => [row.who, row])).values()];

const toSaid = ({ recipients, quietHours, steps }: Explained) => ({
  recipients,
  quietHours,
  channels: steps
    .flatMap(({ channels }, step) =>
      channels
        .filter(({ targeted }) => targeted > 0)
        .map(({ id, targeted, valid, deferred, suppressed }) => ({
          channel: `${step} ${toUuid("channel", id)}`,
          targeted,
          valid,
          deferred,
          reasons: suppressed.map(({ reason, count }) => `${reason} ${count}`).sort(),
        })),
    )
    .sort((a, b) => a.channel.localeCompare(b.channel)),
});

function toSeen(rows: readonly Row[]) {
  const sent = people(rows.filter(isSent));
  const reached = new Set(sent.map(({ who }) => who));
  const left = (reason: string) =>
    people(rows.filter((row) => row.reason === reason && !reached.has(row.who))).length;
  const channels = [...groupsOf(rows, ({ step, channel }) => `${step} ${channel}`)];
  return {
    recipients: {
      count: people(rows).length,
      reached: reached.size,
      unreached: people(rows).length - reached.size,
      isExact: true,
    },
    quietHours: {
      atOnce: sent.filter((row) => row.until === null).length,
      deferred: toDeferral(sent),
      dropped: left("quiet_hours"),
      outlasted: left("quiet_hours_outlast_time_to_live"),
    },
    channels: channels
      .map(([channel, own]) => ({
        channel,
        targeted: own.length,
        valid: own.filter(isSent).length,
        deferred: toDeferral(own.filter(isSent)),
        reasons: [
          ...groupsOf(
            own.filter((row) => !isSent(row)),
            ({ reason }) => reason,
          ),
        ]
          .map(([reason, some]) => `${reason} ${some.length}`)
          .sort(),
      }))
      .sort((a, b) => a.channel.localeCompare(b.channel)),
  };
}

const toStory = ({ steps }: Explained["user"]): string[] =>
  steps.flatMap(({ step, channels }) =>
    channels.map(
      ({ id, reason, deferredUntil }) => `${step} ${toUuid("channel", id)} ${reason} ${deferredUntil}`,
    ),
  );

const fateOf = (row: Row): string => {
  const until = isSent(row) ? (row.until?.toISOString() ?? null) : null;
  return `${row.step} ${row.channel} ${isSent(row) ? null : row.reason} ${until}`;
};
