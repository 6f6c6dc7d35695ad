import { fromUuid, toUuid } from "@tidings/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALLS_AT_ONCE, MADE_AHEAD } from "../../src/modules/callbacks/callback.rules.ts";
import { listDueEndpoints } from "../../src/modules/callbacks/calling/calling.repository.ts";
import { listGathered, makeCallback } from "../../src/modules/callbacks/calling/making.repository.ts";
import {
  type CallbackReceiver,
  givenEndpoint,
  givenSchool,
  type Installation,
  type OpenEndpoint,
  openEndpoint,
  type School,
  startCallbackReceiver,
  startInstallation,
  until,
} from "../harness/index.ts";
import { happens, listCallbacks } from "./callback-scene.ts";

/* Whose turn it is to be told, and that several processes tell nothing twice. */

let installation: Installation;
let receiver: CallbackReceiver;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  receiver = await startCallbackReceiver();
  installation.allowedEndpoints.add(receiver.endpoint);
});
afterAll(async () => {
  await receiver?.close();
  await installation?.stop();
});

const query = <Row extends object>(text: string) =>
  installation.books.transaction(({ sql }) => sql.unsafe<Row[]>(text));

const isAmong = (listed: { endpointId: string }[], endpoint: string) =>
  listed.some(({ endpointId }) => endpointId === fromUuid("callbackEndpoint", endpoint));

/** A school with an endpoint; so many calls to it are due, since so many minutes. */
async function givenDue(count: number, minutes: number) {
  const school = await givenSchool(installation);
  const endpoint = await givenEndpoint(installation, school);
  await query(`insert into callbacks (tenant_id, id, endpoint_id, event_count, next_at, ends_at)
    select '${toUuid("tenant", school.tenantId)}', uuidv7(), '${endpoint}', 1, now() - interval '${minutes} minutes',
      now() + interval '1 day' from generate_series(1, ${count})`);
  return { school, endpoint, ids: { id: fromUuid("callbackEndpoint", endpoint) } };
}

const fails = (endpoint: string) =>
  query(`update callback_endpoints set failing_since = now() - interval '1 hour', next_at = now() - interval '1 second'
    where id = '${endpoint}'`);

describe("callbacks", () => {
  it("of endpoints that do well have their turn, however many that fail have waited longer", async () => {
    for (let count = 0; count < 3; count++) {
      const { endpoint } = await givenDue(1, 60);
      await fails(endpoint);
    }
    const { endpoint } = await givenDue(1, 1);
    const due = await installation.foundation.dispatch.transaction((tx) => listDueEndpoints(tx, 3));
    expect(isAmong(due, endpoint)).toBe(true);
    expect(due.filter(({ isFailing }) => isFailing)).toHaveLength(2);
  });

  it("are made where there is room for them, however many endpoints without have waited longer", async () => {
    for (let count = 0; count < 2; count++) {
      const { school, ids } = await givenDue(MADE_AHEAD, 60);
      await happens(installation, school, ids);
    }
    const { school, endpoint, ids } = await givenDue(0, 0);
    await happens(installation, school, ids);
    await query("update callback_events set recorded_at = recorded_at - interval '2 seconds'");
    const gathered = await installation.foundation.dispatch.transaction((tx) => listGathered(tx, 2));
    expect(isAmong(gathered, endpoint)).toBe(true);
  });

  it("are found without reading all that was ever told", async () => {
    const { endpoint } = await givenDue(0, 0);
    await fails(endpoint);
    const told = (state: string, count: number, nextAt: string) =>
      query(`insert into callbacks (tenant_id, id, endpoint_id, state, event_count, next_at, ends_at)
        select tenant_id, uuidv7(), id, '${state}', 1, ${nextAt}, now() from callback_endpoints,
          generate_series(1, ${count}) where id = '${endpoint}'`);
    await told("delivered", 20_000, "null");
    await told("waiting", 4_000, "now() - random() * interval '1 hour'");
    await query("analyze callbacks, callback_endpoints");
    const readWhole = async () => {
      const [row] = await query<{ count: string }>(`select pg_stat_force_next_flush(), seq_scan as count
        from pg_stat_user_tables where relname = 'callbacks'`);
      return Number(row?.count);
    };
    const before = await readWhole();
    await installation.foundation.dispatch.transaction(async (tx) => {
      await listDueEndpoints(tx, 200);
      await tx.sql`select pg_stat_force_next_flush()`;
    });
    expect((await readWhole()) - before).toBe(0);
  });
});

describe("several processes at once", () => {
  it("make of each event one callback, and of all of them as many as they fill", async () => {
    const { school, endpoint, ids } = await givenDue(0, 0);
    await happens(installation, school, ids, { count: 3_000 });
    const { transactAsWorker } = installation.foundation;
    const key = { tenantId: school.tenantId, endpointId: fromUuid("callbackEndpoint", endpoint) };
    const make = async (): Promise<number> => {
      const told = await transactAsWorker(key, (tx) => makeCallback(tx, key));
      return told === 0 ? 0 : told + (await make());
    };
    const made = await Promise.all([make(), make(), make(), make()]);
    expect(made.reduce((sum, count) => sum + count, 0)).toBe(3_000);
    const [row] = await query<{ told: string; events: string; untold: string }>(`
      select sum(c.event_count) as told, (select count(*) from callback_events v
        join callbacks k on k.tenant_id = v.tenant_id and k.id = v.callback_id where v.endpoint_id = '${endpoint}') as events,
        (select count(*) from callback_events v where v.endpoint_id = '${endpoint}' and callback_id is null) as untold
      from callbacks c where c.endpoint_id = '${endpoint}'`);
    expect(row).toEqual({ told: "3000", events: "3000", untold: "0" });
  });

  it("tell each event in one call, make each call once, and never more at once than an endpoint may get", async () => {
    const schools: School[] = [await givenSchool(installation), await givenSchool(installation)];
    const endpoints: { school: School; endpoint: OpenEndpoint }[] = [];
    let [atOnce, most] = [0, 0];
    for (const school of schools) {
      const endpoint = await openEndpoint(school, receiver);
      receiver.answer(endpoint.name, (response) => {
        if (school === schools[0]) most = Math.max(most, ++atOnce);
        setTimeout(() => {
          if (school === schools[0]) atOnce--;
          response.writeHead(204).end();
        }, 20);
      });
      endpoints.push({ school, endpoint });
      await happens(installation, school, endpoint, { count: 5_000 });
    }
    const engines = [
      await installation.startEngine(),
      await installation.startEngine(),
      await installation.startEngine(),
    ];
    for (const { school, endpoint } of endpoints) {
      await until(async () => {
        const all = await listCallbacks(school, endpoint, "?limit=100");
        return (
          all.reduce((sum, one) => sum + one.eventCount, 0) === 5_000 &&
          all.every(({ state }) => state === "delivered")
        );
      });
      const calls = receiver.callsTo(endpoint.name);
      const events = calls.flatMap(({ body }) => body.data.events.map(({ id }) => id));
      expect(events).toHaveLength(5_000);
      expect(new Set(events).size).toBe(5_000);
      expect(new Set(calls.map(({ headers }) => headers["webhook-id"])).size).toBe(calls.length);
    }
    expect(most).toBeLessThanOrEqual(CALLS_AT_ONCE);
    for (const engine of engines) await engine.stop();
  }, 60_000);
});
