import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  expandOnce,
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  until,
} from "../harness/index.ts";

/*
 * Ending a message of which much still waits. One to a single address becomes a large one by chunks of the like, which
 * quiet hours keep back; a trigger stands for the time that a statement has.
 */

const CHUNKS = 60;
const CHUNK_SIZE = 100;
/** What a statement has time for. */
const MOST = 5_000;

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
});
afterAll(() => installation?.stop());

const query = (text: string) => installation.books.transaction(({ sql }) => sql.unsafe(text));

/** A message of which quiet hours keep more back than there is time for. */
async function givenKeptBack(): Promise<string> {
  const id = await school.send(
    messageTo({ kind: "addresses", addresses: [{ address: "a-device" }] }, ["courier"]),
  );
  await expandOnce(installation);
  const own = `message_id = '${toUuid("message", id)}'`;
  await query(`
    with block as materialized (select nextval('delivery_ids') as base from generate_series(1, ${CHUNKS})), made as (
      insert into deliveries (id, tenant_id, message_id, channel_id, step, state, address_origin, address, deferred_until)
      select base + number, tenant_id, message_id, channel_id, 0, 'ready', 'custom', address, now() + interval '8 hours'
      from block cross join generate_series(0, ${CHUNK_SIZE - 1}) as number
      cross join (select * from deliveries where ${own}) first
    ), counted as (
      insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
        reason, count)
      select tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure, reason,
        ${CHUNKS * CHUNK_SIZE}
      from statistics_deltas where ${own}
    )
    insert into chunks (tenant_id, message_id, channel_id, step, priority, first_id, last_id, delivery_count, due_at)
    select tenant_id, message_id, channel_id, 0, priority, base, base + ${CHUNK_SIZE - 1}, ${CHUNK_SIZE},
      now() + interval '8 hours'
    from block cross join (select * from chunks where ${own}) first`);
  return id;
}

it("is begun with its cancellation, and goes on some at a time", async () => {
  await query(`create function be_slow() returns trigger language plpgsql as $$ begin
      if (select count(*) from ended) > ${MOST} then
        raise exception 'canceling statement due to statement timeout' using errcode = '57014';
      end if;
      return null; end $$;
    create trigger be_slow after update on deliveries referencing new table as ended
      for each statement execute function be_slow()`);
  const id = await givenKeptBack();
  await mustSucceed(school.source("POST", `/v1/messages/${id}/cancellation`));
  expect((await school.message(id)).state).toBe("cancelled");
  const engine = await installation.startEngine();
  await until(async () => (await school.message(id)).counts.cancelled === CHUNKS * CHUNK_SIZE + 1);
  await engine.stop();
  expect(installation.vendor.calls).toEqual([]);
  await expectNothingLost(installation);
});
