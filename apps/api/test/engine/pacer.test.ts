import { setTimeout as delay } from "node:timers/promises";
import { toUuid } from "@tidings/db";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { burstOf } from "../../src/modules/deliveries/send/pace.rules.ts";
import { takeSlots } from "../../src/modules/deliveries/send/pacer.repository.ts";
import {
  givenSchool,
  type Installation,
  messageTo,
  type School,
  startInstallation,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
let messageId: string;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
  messageId = await school.send(messageTo(users("nobody"), ["courier"]));
});
afterAll(() => installation?.stop());

const DISPATCHERS = 3;
const ask = fc.record({ afterMs: fc.integer({ min: 0, max: 6 }), wanted: fc.integer({ min: 1, max: 300 }) });
const asks = fc.array(ask, { minLength: 1, maxLength: 10 });
const scene = fc
  .record({
    message: fc.option(fc.double({ min: 5, max: 3_000, noNaN: true })),
    channel: fc.option(fc.integer({ min: 5, max: 3_000 })),
    dispatchers: fc.array(asks, { minLength: DISPATCHERS, maxLength: DISPATCHERS }),
  })
  .filter(({ message, channel }) => message !== null || channel !== null);

/** What was let through, between these two moments of the database's clock. */
interface Taken {
  count: number;
  notBeforeMs: number;
  notAfterMs: number;
}

function setRates(message: number | null, channel: number | null): Promise<unknown> {
  const courier = toUuid("channel", school.channels.courier.id);
  return installation.books.transaction(async ({ sql }) => {
    await sql`delete from pacers`;
    await sql`update messages set rate_per_second = ${message} where id = ${toUuid("message", messageId)}`;
    await sql`update channels set rate_per_second = ${channel} where id = ${courier}`;
  });
}

/** Asks as a worker does, in a transaction for each time. */
async function dispatch(sequence: readonly { afterMs: number; wanted: number }[], taken: Taken[]) {
  const work = { tenantId: school.tenantId, messageId, channelId: school.channels.courier.id };
  for (const { afterMs, wanted } of sequence) {
    await delay(afterMs);
    await installation.foundation.transactAsWorker(work, async (tx) => {
      const clock = async () => {
        const [row] = await tx.sql<[{ ms: number }]>`
          select extract(epoch from clock_timestamp())::float8 * 1000 as ms`;
        return row.ms;
      };
      const startedMs = await clock();
      const { count } = await takeSlots(tx, work, wanted, wanted);
      // The pacers are still locked: what is noted here is noted in the order in which it was let through.
      const notBeforeMs = Math.max(startedMs, taken.at(-1)?.notAfterMs ?? 0);
      taken.push({ count, notBeforeMs, notAfterMs: await clock() });
    });
  }
}

it("lets three dispatchers have no more than rate × t + burst together, in any span", async () => {
  const property = fc.asyncProperty(scene, async ({ message, channel, dispatchers }) => {
    await setRates(message, channel);
    const taken: Taken[] = [];
    await Promise.all(dispatchers.map((sequence) => dispatch(sequence, taken)));
    for (const perSecond of [message, channel].filter((one) => one !== null)) {
      taken.forEach(({ notBeforeMs }, from) => {
        let total = 0;
        for (const { count, notAfterMs } of taken.slice(from)) {
          total += count;
          const seconds = (notAfterMs - notBeforeMs) / 1000;
          expect(total).toBeLessThanOrEqual(perSecond * seconds + burstOf(perSecond) + 1e-3);
        }
      });
    }
    expect(taken.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(0);
  });
  await fc.assert(property, { numRuns: 40, interruptAfterTimeLimit: 8_000 });
});
