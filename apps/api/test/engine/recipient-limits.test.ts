import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MAX_ROUNDS } from "../../src/modules/deliveries/delivery.rules.ts";
import {
  forgetHandovers,
  listTenantsWithOldHandovers,
} from "../../src/modules/deliveries/send/recipient-limits.repository.ts";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  type SchoolChannel,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";

const COURIER = fileURLToPath(new URL("../harness/plugins/courier/", import.meta.url));
const PER_MINUTE = 3;
const PER_HOUR = 8;

/** The courier, whose vendor takes so much for one recipient. */
async function putStrictCourier(folder: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(COURIER, "channel.json"), "utf8"));
  const perRecipient = [
    { messages: PER_MINUTE, seconds: 60 },
    { messages: PER_HOUR, seconds: 3600 },
  ];
  const strict = { ...manifest, id: "test/strict", limits: { ...manifest.limits, perRecipient } };
  await mkdir(join(folder, "strict"));
  await writeFile(join(folder, "strict", "channel.json"), JSON.stringify(strict));
  await writeFile(join(folder, "strict", "plugin.js"), await readFile(join(COURIER, "plugin.js"), "utf8"));
}

describe("a vendor's limits for each recipient, with three engines on one database", () => {
  let folder: string;
  let installation: Installation;
  let school: School;
  let channel: SchoolChannel;
  /** What the tests have let pass: the vendor's clock goes with the database's. */
  let passedMs = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tidings-strict-"));
    await putStrictCourier(folder);
    installation = await startInstallation({ pluginsFolder: folder });
    await installation.startEngine();
    await installation.startEngine();
  });
  beforeEach(async () => {
    school = await givenSchool(installation);
    channel = await mustSucceed<SchoolChannel>(
      school.owner("POST", "/v1/channels", {
        code: "strict",
        name: "有限额的信使",
        pluginId: "test/strict",
        settings: { url: installation.vendor.url },
        secrets: { token: "courier-token" },
      }),
    );
    await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
  });
  afterAll(async () => {
    await installation?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    installation.vendor.answer(() => ({ status: 200 }));
    await expectNothingLost(installation);
    installation.vendor.reset();
  });

  const pass = async (seconds: number) => {
    await until(nobodyWorks);
    passedMs += seconds * 1000;
    await timePasses(installation, seconds);
  };
  const typed = (...addresses: string[]) => ({
    kind: "addresses",
    addresses: addresses.map((address) => ({ address })),
  });
  const sendTo = (address: string, rest: object = {}) =>
    school.send(messageTo(typed(address), ["strict"], rest));
  const sendMany = (count: number, address: string) =>
    Promise.all(Array.from({ length: count }, () => sendTo(address)));
  const query = async <Row>(text: string, parameters = [toUuid("channel", channel.id)]): Promise<Row[]> =>
    installation.books.transaction(
      async ({ sql }) => (await sql.unsafe(text, parameters)) as unknown as Row[],
    );
  /** How many of the channel's deliveries are in which state; `waiting` for room. */
  const stand = async () => {
    const [row] = await query<{ waiting: number; accepted: number; total: number }>(`
      select count(*) filter (where state = 'ready' and reason = 'recipient_limit')::int as waiting,
        count(*) filter (where state = 'accepted')::int as accepted, count(*)::int as total
      from deliveries where channel_id = $1`);
    return row ?? { waiting: 0, accepted: 0, total: 0 };
  };
  const stands = (accepted: number, waiting: number) =>
    until(async () => {
      const now = await stand();
      return now.accepted === accepted && now.waiting === waiting;
    }).catch(async (cause) => {
      throw new Error(`not ${accepted} accepted, ${waiting} waiting: ${JSON.stringify(await stand())}`, {
        cause,
      });
    });
  /** A chunk that a worker holds is due at a moment that it has read before. */
  const nobodyWorks = async () =>
    (await query("select from chunks where state in ('queued', 'sending')", [])).length === 0;
  const refs = () => installation.vendor.calls.flatMap((call) => call.refs);

  it("keep back what exceeds them, say why, and let it go when there is room", async () => {
    const ids = await sendMany(5, "d-1");
    await stands(3, 2);
    expect(refs()).toHaveLength(3);
    const waitingId = await waitingOf(ids);
    const waiting = await school.timelineOf(waitingId);
    expect(waiting).toMatchObject({
      state: "ready",
      reason: "recipient_limit",
      reasonDetail: "3/60",
      attemptCount: 0,
    });
    const inMs = Date.parse(waiting.limitedUntil ?? "") - Date.now();
    expect(inMs).toBeGreaterThan(30_000);
    expect(inMs).toBeLessThanOrEqual(61_000);
    expect(waiting.timeline.map(({ kind, type, code }) => [kind, type, code])).toEqual([
      ["created", "custom", null],
      ["deferred", "recipient_limit", "3/60"],
    ]);
    await pass(61);
    await school.allCompleted(ids);
    expect(new Set(refs()).size).toBe(5);
    const gone = await school.timelineOf(waitingId);
    expect(gone).toMatchObject({ state: "accepted", reason: null, reasonDetail: null, attemptCount: 1 });
    expect(gone.timeline.map(({ kind, type }) => `${kind} ${type}`)).toEqual([
      "created custom",
      "deferred recipient_limit",
      "attempt_started started",
      "attempt_ended ended",
    ]);
  });

  it("hold together, and of each recipient alone", async () => {
    const ids = await sendMany(10, "d-1");
    await stands(3, 7);
    await pass(61);
    await stands(6, 4);
    await pass(61);
    await stands(8, 2);
    expect(await school.timelineOf(await waitingOf(ids))).toMatchObject({ reasonDetail: "8/3600" });
    const others = [await sendTo("d-2"), await sendTo("d-3")];
    await school.allCompleted(others);
    await stands(10, 2);
    await pass(3600);
    await school.allCompleted(ids);
  });

  it("count what is under way, before the vendor has answered", async () => {
    const gate = installation.vendor.hold();
    const first = await sendMany(3, "d-1");
    await until(() => refs().length === 3);
    const late = await sendTo("D-1");
    await stands(0, 1);
    gate.open();
    await school.allCompleted(first);
    await pass(61);
    await school.completed(late);
  });

  it("count nothing that the vendor has refused as a whole, and what nobody knows of", async () => {
    installation.vendor.answer(() => ({ status: 503 }));
    const ids = await sendMany(3, "d-1");
    await until(
      async () =>
        (await query("select from attempts where channel_id = $1 and outcome ? 'transient'")).length > 0,
    );
    installation.vendor.answer(() => ({ status: 200 }));
    await until(async () => {
      await pass(3);
      return (await stand()).accepted === 3;
    });
    await school.allCompleted(ids);
    for (const id of ids) expect(await school.timelineOf(id)).toMatchObject({ limitedUntil: null });

    installation.vendor.answer(() => "cut");
    const lost = await sendMany(3, "d-2");
    for (const id of lost) await school.reaches(id, "unknown");
    installation.vendor.answer(() => ({ status: 200 }));
    const next = await sendTo("d-2");
    await stands(3, 1);
    await pass(61);
    await school.completed(next);
  });

  it("cost the chunk of what waits none of its rounds, in however many parts it goes", async () => {
    // Users with one address between them: nobody can be typed in twice.
    const family = Array.from({ length: 30 }, (_, index) => ({
      userId: `u-${index}`,
      identities: [{ kind: "push", address: index === 0 ? "d-2" : "d-1" }],
    }));
    await school.addUsers(family);
    const id = await school.send(messageTo(users(...family.map(({ userId }) => userId)), ["strict"]));
    await stands(4, 26);
    await until(nobodyWorks);
    const chunks = await query<{ round_count: number; is_due_then: boolean }>(`
      select round_count, due_at = (select min(limited_until) from deliveries d
        where d.id between c.first_id and c.last_id and d.state = 'ready') as is_due_then
      from chunks c where channel_id = $1`);
    expect(chunks).toEqual([{ round_count: 0, is_due_then: true }]);
    let visits = 0;
    while ((await school.message(id)).state !== "completed") {
      await pass(1_800);
      const { accepted } = await stand();
      await until(async () => (await stand()).accepted > accepted || (await isIdle()));
      visits++;
    }
    expect(visits).toBeGreaterThan(MAX_ROUNDS / 2);
    expect((await stand()).accepted).toBe(30);
    // The last part was a round, like the only one of a chunk that never waits.
    expect(await query("select round_count from chunks where channel_id = $1")).toEqual([{ round_count: 1 }]);
  });

  it("hold critical messages too, which end with their time to live", async () => {
    const ids = await sendMany(PER_HOUR, "d-1");
    for (const accepted of [3, 6, 8]) {
      await stands(accepted, PER_HOUR - accepted);
      await pass(61);
    }
    await school.allCompleted(ids);
    const id = await sendTo("d-1", { category: "critical", ttlSeconds: 60 });
    await stands(8, 1);
    await pass(61);
    expect((await school.completed(id)).counts).toMatchObject({ expired: 1 });
    expect(await school.timelineOf(id)).toMatchObject({
      state: "expired",
      reason: "recipient_limit_outlasts_time_to_live",
    });
  });

  it("are never exceeded, whoever sends what and in whatever order", async () => {
    const random = seeded(20_260_801);
    const arrivals = new Map<string, number[]>();
    installation.vendor.answer(({ body }) => {
      const at = performance.now() + passedMs;
      for (const { to } of (JSON.parse(body) as { items: { to: string }[] }).items) {
        const key = to.toLowerCase();
        arrivals.set(key, [...(arrivals.get(key) ?? []), at]);
      }
      return { status: 200 };
    });
    const anyone = () => (random() < 0.5 ? "d-" : "D-") + Math.floor(random() * 4);
    const ids: string[] = [];
    let sent = 0;
    for (let turn = 0; turn < 6; turn++) {
      const sizes = Array.from({ length: 6 }, () => 1 + Math.floor(random() * 3));
      sent += sizes.reduce((sum, size) => sum + size, 0);
      const audiences = sizes.map((size) => typed(...distinct(size, anyone)));
      const some = await Promise.all(
        audiences.map((audience) => school.send(messageTo(audience, ["strict"]))),
      );
      ids.push(...some);
      await until(isIdle);
      await pass(25);
    }
    while ((await stand()).accepted < sent) {
      await until(isIdle);
      await pass(600);
    }
    await school.allCompleted(ids);
    expect([...arrivals.values()].flat()).toHaveLength(sent);
    for (const moments of arrivals.values()) {
      expect(busiest(moments, 60)).toBeLessThanOrEqual(PER_MINUTE);
      expect(busiest(moments, 3600)).toBeLessThanOrEqual(PER_HOUR);
    }
    expect(Math.max(...[...arrivals.values()].map((moments) => busiest(moments, 60)))).toBe(PER_MINUTE);
  });

  it("are forgotten when they count no more, and cost a channel without them nothing", async () => {
    await school.completed(await sendTo("d-1"));
    await school.completed(await school.send(messageTo(typed("d-1"), ["courier"])));
    const kept = () =>
      query<{ channel_id: string }>("select channel_id from handovers where channel_id = $1");
    expect(await kept()).toHaveLength(1);
    const all = await installation.books.transaction(
      ({ sql }) => sql`select from handovers where tenant_id = ${toUuid("tenant", school.tenantId)}`,
    );
    expect(all).toHaveLength(1);
    const { dispatch, transactAsWorker } = installation.foundation;
    const old = () => dispatch.transaction(listTenantsWithOldHandovers);
    expect(await old()).not.toContain(school.tenantId);
    await pass(3_600 + 120);
    expect(await old()).toContain(school.tenantId);
    await transactAsWorker({ tenantId: school.tenantId }, (tx) => forgetHandovers(tx, school.tenantId));
    expect(await kept()).toEqual([]);
  });

  /** Everything of the channel is sent, or waits for room. */
  const isIdle = async () => {
    const { accepted, waiting, total } = await stand();
    const due = await query(`select from chunks where channel_id = $1 and state <> 'done'
      and (state <> 'ready' or due_at <= now())`);
    const begun = await query(`select from messages m where m.state = 'expanding'
      and m.tenant_id = (select tenant_id from channels where id = $1)`);
    return accepted + waiting === total && due.length === 0 && begun.length === 0;
  };

  async function waitingOf(messageIds: string[]): Promise<string> {
    for (const id of messageIds) {
      const [delivery] = await school.deliveriesOf(id);
      if (delivery?.state === "ready") return id;
    }
    throw new Error("none waits");
  }
});

/** So many different ones. */
function distinct(count: number, next: () => string): string[] {
  const found = new Map<string, string>();
  while (found.size < count) {
    const one = next();
    found.set(one.toLowerCase(), one);
  }
  return [...found.values()];
}

/** The most moments within a window of so many seconds. */
function busiest(moments: readonly number[], seconds: number): number {
  const inWindowFrom = (from: number) =>
    moments.filter((moment) => moment >= from && moment < from + seconds * 1000 - CLOCKS_DIFFER_MS).length;
  return Math.max(0, ...moments.map(inWindowFrom));
}

/** Milliseconds between this process's clock and the database's over a test. */
const CLOCKS_DIFFER_MS = 20;

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
