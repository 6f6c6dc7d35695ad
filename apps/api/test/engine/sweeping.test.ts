import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { CHUNKS_PER_TENANT } from "../../src/modules/deliveries/dispatch/fair-share.rules.ts";
import { createDispatcher, createSweeperLoops, finishMessages } from "../../src/modules/deliveries/index.ts";
import type { Transact } from "../../src/platform/database/index.ts";
import {
  expandOnce,
  givenSchool,
  type Installation,
  messageTo,
  type School,
  startInstallation,
} from "../harness/index.ts";

/*
 * What cannot be done for one school keeps no other school waiting, in whichever order they are found.
 */
let installation: Installation;
let broken: School;
let other: School;
let ids: { broken: string; other: string };
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  broken = await givenSchool(installation);
  other = await givenSchool(installation, "邻校");
});
beforeEach(async () => {
  const message = messageTo({ kind: "addresses", addresses: [{ address: "a-1" }] }, ["courier"]);
  ids = { broken: await broken.send(message), other: await other.send(message) };
  while (await expandOnce(installation));
});
afterAll(() => installation?.stop());

/** One round of a loop in which nothing can be done for the first school. */
function sweep(name: string): Promise<unknown> {
  const { dispatch, worker, plugins: catalogue, logger, transactAsWorker } = installation.foundation;
  const transact: Transact = (context, work) =>
    context.tenantId === broken.tenantId
      ? Promise.reject(new Error("nothing can be done for this school"))
      : transactAsWorker(context, work);
  const loop = createSweeperLoops({
    dispatch,
    worker,
    transact,
    catalogue,
    isOutOfReach: async () => false,
    compactStatistics: async () => undefined,
    wakeFlows: async () => undefined,
    openAbandoned: async () => undefined,
    afterChunk: (tenantId, messageId) =>
      transact({ tenantId }, (tx) => finishMessages(tx, tenantId, [messageId])),
    logger,
  }).find((one) => one.name === name);
  return loop?.run() ?? Promise.reject(new Error("there is no such loop"));
}

const query = (text: string) =>
  installation.books.transaction(({ sql }) => sql.unsafe<{ state: string }[]>(text));

const chunkOf = (id: string) =>
  query(`select state from chunks where message_id = '${toUuid("message", id)}'`);

it("claims for others while a school's vendor keeps all the small chunks that one tenant may hold", async () => {
  await query(`insert into chunks overriding system value select (jsonb_populate_record(c, jsonb_build_object(
      'id', c.id + n * 1000000, 'first_id', c.first_id + n * 1000000, 'last_id', c.last_id + n * 1000000,
      'state', 'sending', 'lease_token', gen_random_uuid(), 'lease_until', now() + interval '1 hour'))).*
    from chunks c cross join generate_series(1, ${CHUNKS_PER_TENANT}) n
    where c.message_id = '${toUuid("message", ids.broken)}'`);
  await createDispatcher({
    dispatch: installation.foundation.dispatch,
    queue: { add: async () => undefined },
    direct: { room: () => 0, send: () => undefined },
    hasTime: () => false,
    isDegraded: () => false,
  }).run();
  await query("delete from chunks where id > 1000000");
  expect(await chunkOf(ids.other)).toEqual([{ state: "queued" }]);
  expect(await chunkOf(ids.broken)).toEqual([{ state: "ready" }]);
});

it("takes over the chunks of lost workers behind one that cannot be taken over", async () => {
  await query(`update chunks set state = 'queued', lease_token = gen_random_uuid(),
    lease_until = now() - case message_id when '${toUuid("message", ids.broken)}' then interval '2 minutes'
      else interval '1 minute' end where state = 'ready'`);
  await expect(sweep("lease-sweeper")).rejects.toThrow("chunks were not recovered");
  expect(await chunkOf(ids.other)).toEqual([{ state: "ready" }]);
  expect(await chunkOf(ids.broken)).toEqual([{ state: "queued" }]);
});

it("ends forgotten messages behind one that cannot be ended", async () => {
  await query("update chunks set state = 'done'; update deliveries set state = 'failed'");
  await expect(sweep("message-sweeper")).rejects.toThrow("messages were not ended");
  expect((await other.message(ids.other)).state).toBe("completed");
  expect((await broken.message(ids.broken)).state).toBe("sending");
});

it("ends what ended messages have left waiting behind one that cannot be ended", async () => {
  await query("update messages set state = 'cancelled'");
  await expect(sweep("leftover-sweeper")).rejects.toThrow("messages were not ended");
  expect(await chunkOf(ids.other)).toEqual([{ state: "done" }]);
  expect(await chunkOf(ids.broken)).toEqual([{ state: "ready" }]);
});
