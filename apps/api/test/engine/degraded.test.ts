import { afterEach, describe, expect, it } from "vitest";
import { startEngine } from "../../src/composition/engine.ts";
import {
  BACKENDS,
  captureLog,
  expectNothingLost,
  givenSchool,
  type Installation,
  type InstallationOptions,
  messageTo,
  type School,
  startInstallation,
  until,
  users,
} from "../harness/index.ts";
import { type MortalRedis, startMortalRedis } from "../harness/redis.ts";

/** A transport that can be taken away and given back. */
interface Outage {
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** From acceptance to the vendor, without a transport. */
const WITHIN_MS = 15_000;

let installation: Installation;
let redis: MortalRedis | undefined;
afterEach(async () => {
  await installation?.stop();
  await redis?.close();
  redis = undefined;
});

async function given(
  backend: string,
  options: InstallationOptions = {},
): Promise<{ school: School; outage: Outage }> {
  redis = backend === "redis" ? await startMortalRedis() : undefined;
  const where = redis ? { redisUrl: redis.url } : { backend: "postgres" as const };
  installation = await startInstallation({ ...where, ...options });
  const school = await givenSchool(installation);
  await school.addUsers(
    Array.from({ length: 40 }, (_, index) => ({
      userId: `u-${index}`,
      identities: [{ kind: "push", address: `u-${index}` }],
    })),
  );
  return { school, outage: redis ? killed(redis) : locked(installation) };
}

const killed = (server: MortalRedis): Outage => ({ begin: () => server.kill(), end: () => server.restart() });

/** Every table of the queue is locked: what reads or writes it waits. */
function locked({ books }: Installation): Outage {
  let release: (() => void) | undefined;
  let over: Promise<unknown> = Promise.resolve();
  return {
    begin: () =>
      new Promise<void>((resolve, reject) => {
        over = books
          .transaction(
            async ({ sql }) => {
              await sql`select set_config('idle_in_transaction_session_timeout', '0', true),
                set_config('lock_timeout', '0', true)`;
              const tables = await sql<{ name: string }[]>`
                select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'bullmq'`;
              await sql.unsafe(
                `lock table ${tables.map(({ name }) => name).join(", ")} in access exclusive mode`,
              );
              resolve();
              await new Promise<void>((done) => {
                release = done;
              });
            },
            { deadlineMs: 120_000 },
          )
          .catch(reject);
      }),
    async end() {
      release?.();
      await over;
    },
  };
}

const ready = async () => {
  const answer = await installation.http.app.request("/ready");
  return { status: answer.status, body: (await answer.json()) as { degraded: string[]; status: string } };
};
const metric = async (name: string) => {
  const text = await (await installation.http.app.request("/metrics")).text();
  return text.split("\n").find((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
};

/** One more than go out without a hint from a busy process, or without a turn from any. */
const CROWD = 101;
const crowd = (name: string) => ({
  kind: "addresses",
  addresses: Array.from({ length: CROWD }, (_, index) => ({ address: `${name}-${index}` })),
});
const crowds = (school: School, count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, index) => school.send(messageTo(crowd(`c${index}`), ["courier"]))),
  );

describe.each(BACKENDS)("without the queue transport, on %s", (backend) => {
  it("sends what is accepted within seconds and once, says that it is degraded, and goes back", async () => {
    const log = captureLog();
    const { school, outage } = await given(backend, { logger: log.logger });
    const before = await school.send(messageTo(users("u-0"), ["courier"]));
    await school.completed(before);
    expect(await ready()).toMatchObject({ status: 200, body: { degraded: [] } });

    await outage.begin();
    const ids = await crowds(school, 10);
    await school.allCompleted(ids, WITHIN_MS);
    await until(async () => (await ready()).body.degraded.length > 0, { timeoutMs: WITHIN_MS });
    expect(await ready()).toMatchObject({ status: 200, body: { status: "ready", degraded: ["queue"] } });
    expect(await metric("tidings_queue_degraded")).toBe("tidings_queue_degraded 1");
    const later = await school.send(messageTo(crowd("later"), ["courier"]));
    await school.allCompleted([later], WITHIN_MS);

    await outage.end();
    await until(async () => (await ready()).body.degraded.length === 0, { timeoutMs: 60_000 });
    expect(await metric("tidings_queue_degraded")).toBe("tidings_queue_degraded 0");
    const after = await school.send(messageTo(crowd("after"), ["courier"]));
    await school.completed(after);
    expect(installation.vendor.effects.size).toBe(12 * CROWD + 1);
    expect(new Set(installation.vendor.effects.values())).toEqual(new Set([1]));
    await expectNothingLost(installation);
    expect(log.lines.filter((line) => /hints (do not )?get through/.test(line))).toHaveLength(2);
  });

  it("sends once what had its hint out when the transport went away", async () => {
    const { school, outage } = await given(backend);
    const gate = installation.vendor.hold();
    const held = await crowds(school, 10);
    await gate.arrived(1);
    await outage.begin();
    const more = await school.send(messageTo(crowd("more"), ["courier"]));
    gate.open();
    await school.allCompleted([...held, more], 2 * WITHIN_MS);
    await outage.end();
    expect(installation.vendor.effects.size).toBe(11 * CROWD);
    expect(new Set(installation.vendor.effects.values())).toEqual(new Set([1]));
  });
});

it("does without a transport that takes hints and hands none out", async () => {
  const { school } = await given("postgres", { engine: false });
  const deaf = { ...installation.queue, work: () => ({ stop: async () => undefined }) };
  const engine = startEngine(installation.foundation, deaf);
  const ids = await Promise.all([
    school.send(messageTo(crowd("many"), ["courier"])),
    school.send(messageTo(users("u-0"), ["courier"])),
  ]);
  await school.allCompleted(ids, WITHIN_MS);
  expect([...installation.vendor.effects.values()]).toEqual(Array(CROWD + 1).fill(1));
  await engine.stop();
});
