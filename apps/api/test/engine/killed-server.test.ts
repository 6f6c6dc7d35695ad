import { randomBytes } from "node:crypto";
import { connect, type Database, toUuid } from "@tidings/db";
import { createTestDatabase } from "@tidings/db/testing";
import { afterEach, describe, expect, it } from "vitest";
import { OWNER, PASSWORD } from "../../src/demo/school.ts";
import { expectNothingLost } from "../harness/books.ts";
import { type BuiltServer, buildServer } from "../harness/built-server.ts";
import { type Call, callWithKey, signIn } from "../harness/caller.ts";
import { BACKENDS, type Backend, type RunningSimulator, startSimulator } from "../harness/installation.ts";
import { until } from "../harness/patience.ts";
import { openRedis, WITHOUT_REDIS } from "../harness/redis.ts";
import { CONTENT, mustSucceed, newPhone } from "../harness/school.ts";
import { timePasses } from "../harness/time.ts";
import { openGate, type VendorGate } from "../harness/vendor-gate.ts";

const PUPILS = 4_000;
const BATCH_SIZE = 100;
/** Calls that are answered before the vendor falls silent. */
const ANSWERED = 20;

interface World {
  server: BuiltServer;
  vendor: RunningSimulator;
  gate: VendorGate;
  books: Database;
}

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function prepare(backend: Backend): Promise<World> {
  const redis = backend === "redis" ? await openRedis() : undefined;
  stops.push(async () => redis?.close());
  const database = await createTestDatabase();
  stops.push(() => database.drop());
  // Pushed until they are taken: the server is away for a while.
  const vendor = await startSimulator("sms-aliyun", { retryDelaysMs: Array(100).fill(500) });
  stops.push(() => vendor.close());
  const gate = await openGate(new URL(vendor.url));
  stops.push(() => gate.close());
  const server = await buildServer({
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: redis?.url ?? "",
      TIDINGS_KEY: randomBytes(32).toString("base64"),
    },
    vendors: {
      "sms-aliyun": {
        endpoints: [gate.endpoint],
        settings: { ...vendor.settings, endpoint: `http://${gate.endpoint}` },
        limits: { batchSize: BATCH_SIZE, timeoutMs: 60_000 },
      },
    },
  });
  stops.push(() => server.remove());
  const books = connect({ url: database.url, max: 2, applicationName: "tidings-test-books" });
  stops.push(() => books.close());
  return { server, vendor, gate, books };
}

interface Sender {
  owner: Call;
  source: Call;
}

/** 4,000 users of a tag, and a source that may write to them over the SMS channel. */
async function givenPupils({ server, vendor }: World): Promise<Sender> {
  const reachable = { http: { app: { request: fetch } }, publicUrl: server.publicUrl };
  const owner = await signIn(reachable, OWNER.email, PASSWORD);
  for (let from = 0; from < PUPILS; from += 1000) {
    const users = Array.from({ length: 1000 }, (_, index) => ({
      userId: `k-${from + index}`,
      tags: ["全校"],
      identities: [{ kind: "sms", address: newPhone() }],
    }));
    // A busy machine may not get it done in time, and then asks to be asked again.
    await until(async () => {
      const answer = await owner("POST", "/v1/users/bulk", { users });
      return answer.status === 503 ? undefined : await mustSucceed(Promise.resolve(answer));
    });
  }
  const { items } = await mustSucceed<{ items: { id: string; code: string; receiptsUrl: string }[] }>(
    owner("GET", "/v1/channels"),
  );
  const channel = items.find(({ code }) => code === "school-sms");
  vendor.options.receiptsUrl = channel?.receiptsUrl ?? "";
  const source = await mustSucceed<{ id: string }>(
    owner("POST", "/v1/sources", { code: "broadcasts", name: "广播" }),
  );
  await mustSucceed(owner("PUT", `/v1/sources/${source.id}/channels/${channel?.id}`));
  const { key } = await mustSucceed<{ key: string }>(owner("POST", `/v1/sources/${source.id}/api-keys`));
  return { owner, source: callWithKey(reachable, key) };
}

const startBroadcast = ({ source }: Sender) =>
  mustSucceed<{ id: string }>(
    source("POST", "/v1/messages", {
      audience: { kind: "tags", any: ["全校"], all: [], not: [] },
      channels: ["school-sms"],
      content: { sms: CONTENT.sms },
      variables: { content: "明天放假" },
    }),
  );

/** Answers some calls; later ones are carried out, or not, and never answered. */
function fallSilent(gate: VendorGate, answered: number): void {
  let calls = 0;
  gate.decide(({ url }) => {
    if (!/PhoneNumber(s|Json)/.test(url)) return "pass";
    calls++;
    return calls <= answered ? "pass" : calls % 2 ? "swallow" : "withhold";
  });
}

/** Waits until everything that is under way waits for the vendor, and kills the server. */
async function killInTheMiddle({ server, gate, books }: World, heldBefore: number): Promise<void> {
  await until(async () => {
    const [{ open }] = await books.transaction(
      ({ sql }) => sql<[{ open: number }]>`select count(*)::int as open from attempts where ended_at is null`,
    );
    return open >= 4 && open === gate.held() - heldBefore;
  });
  await server.kill();
}

/** Starts the server again, once the leases of the dead one have run out. */
async function startAgain({ server, books }: World): Promise<void> {
  await timePasses({ books }, 61);
  await server.start();
}

/**
 * Lets the time come to ask about what the dead servers had under way. Only the first questions are moved, and not
 * those that are being asked: the leases of the server that lives run on.
 */
const letAnswersCome = ({ books }: World) =>
  books.transaction(
    ({ sql }) => sql`update inquiries set ask_at = now() where round_count = 0 and cursor is null
      and ask_at between now() + interval '1 second' and now() + interval '170 seconds'`,
  );

interface Fate {
  address: string;
  state: string;
  reason: string | null;
  count: number;
}

/** What the rows say about every user of the message. */
const fatesOf = ({ books }: World, messageId: string) =>
  books.transaction(
    async ({ sql }) =>
      await sql<Fate[]>`select min(address) as address, min(state::text) as state, min(reason) as reason,
        count(*)::int as count from deliveries where message_id = ${toUuid("message", messageId)}
        group by user_id`,
  );

/** A thousand deliveries are asked about, which takes a quarter of that on an idle machine. */
const ASKING_MS = 60_000;

describe.each(BACKENDS)("the built server, with the queue on %s", (backend) => {
  it("is killed twice in a broadcast, and nobody gets it twice or is forgotten", async () => {
    const world = await prepare(backend);
    const { server, vendor, gate } = world;
    await server.start();
    const sender = await givenPupils(world);
    fallSilent(gate, ANSWERED);
    const { id } = await startBroadcast(sender);
    await killInTheMiddle(world, 0);
    const firstHeld = gate.held();
    fallSilent(gate, 0);
    await startAgain(world);
    await killInTheMiddle(world, firstHeld);
    gate.decide(() => "pass");
    await startAgain(world);

    const reached = () => vendor.received().filter(({ text }) => text.includes("明天放假"));
    const toldOver = async () => {
      await letAnswersCome(world);
      const message = await mustSucceed<{ state: string; counts: Record<string, number> }>(
        sender.owner("GET", `/v1/messages/${id}`),
      );
      const isOver = message.state === "completed" && message.counts.delivered === reached().length;
      return isOver ? message : undefined;
    };
    const { counts } = await until(toldOver, { timeoutMs: ASKING_MS });
    // The vendor cannot deduplicate, but tells what it has: only what it never got was sent again.
    const numbers = reached().map(({ to }) => to);
    expect(new Set(numbers).size).toBe(numbers.length);
    // One final delivery for each user, and nothing is left that nobody knows.
    const fates = await fatesOf(world, id);
    expect(fates.filter(({ count }) => count !== 1)).toEqual([]);
    expect(fates).toHaveLength(PUPILS);
    expect(fates.filter(({ state }) => state !== "delivered")).toEqual([]);
    expect(fates.map(({ address }) => address).sort()).toEqual(numbers.sort());
    expect(counts).toMatchObject({ targeted: PUPILS, submitted: PUPILS, delivered: PUPILS, unknown: 0 });
    expect(gate.held()).toBeGreaterThan(firstHeld);
    // The demo school's own message waits for receipts, to fall back.
    await until(async () => {
      await timePasses(world, 4 * 86_400);
      const [{ open }] = await world.books.transaction(
        ({ sql }) => sql<[{ open: number }]>`select count(*)::int as open from messages
            where state in ('expanding', 'sending')`,
      );
      return open === 0;
    });
    await expectNothingLost(world);
  }, 120_000);
});

it.skipIf(BACKENDS.includes("redis"))(WITHOUT_REDIS, () => {
  expect(BACKENDS).toEqual(["postgres"]);
});
