import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  expandOnce,
  expectNothingLost,
  givenSchool,
  goesDown,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";

/*
 * Ending much that still waits. A message to a single recipient becomes a large one by chunks of the like; a trigger stands
 * for the time that a statement has.
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
  await query(`create function be_slow() returns trigger language plpgsql as $$ begin
      if (select count(*) from ended e join waiting w using (id) where e.state <> w.state) > ${MOST} then
        raise exception 'canceling statement due to statement timeout' using errcode = '57014';
      end if;
      return null; end $$;
    create trigger be_slow after update on deliveries referencing old table as waiting new table as ended
      for each statement execute function be_slow()`);
});
afterAll(() => installation?.stop());

const query = (text: string) => installation.books.transaction(({ sql }) => sql.unsafe(text));

/** A message that has more waiting until then than there is time for. */
async function givenLarge(message: object, dueAt: string): Promise<string> {
  const id = await school.send(message);
  await expandOnce(installation);
  const own = `message_id = '${toUuid("message", id)}'`;
  await query(`
    with block as materialized (select nextval('delivery_ids') as base from generate_series(1, ${CHUNKS})), made as (
      insert into deliveries (id, tenant_id, message_id, channel_id, step, state, address_origin, address)
      select base + number, tenant_id, message_id, channel_id, 0, 'ready', 'custom', address
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
      ${dueAt}
    from block cross join (select * from chunks where ${own}) first`);
  return id;
}

it("is begun with a cancellation, and goes on some at a time", async () => {
  const audience = { kind: "addresses", addresses: [{ address: "a-device" }] };
  const id = await givenLarge(messageTo(audience, ["courier"]), "now() + interval '8 hours'");
  await mustSucceed(school.source("POST", `/v1/messages/${id}/cancellation`));
  expect((await school.message(id)).state).toBe("cancelled");
  const engine = await installation.startEngine();
  await until(async () => (await school.message(id)).counts.cancelled === CHUNKS * CHUNK_SIZE + 1);
  await engine.stop();
  expect(installation.vendor.calls).toEqual([]);
  await expectNothingLost(installation);
});

it("goes on some at a time when its channel stays down, and is followed by the next step", async () => {
  const { courier, mail } = school.channels;
  const identities = [
    { kind: "push", address: "a-device" },
    { kind: "email", address: "u-1@example.cn" },
  ];
  await school.addUsers([{ userId: "u-1", identities }]);
  const steps = [{ channelIds: [courier.id] }, { channelIds: [mail.id], when: "failed" }];
  const policy = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/policies", { name: "courier, then mail", steps }),
  );
  const message = messageTo(users("u-1"), [], { channels: undefined, policy: policy.id });
  const id = await givenLarge(message, "now()");
  await goesDown(installation, school, courier);
  await timePasses(installation, 301);
  const engine = await installation.startEngine();
  await school.completed(id);
  await engine.stop();
  expect((await school.message(id)).counts).toMatchObject({
    failed: CHUNKS * CHUNK_SIZE + 1,
    submitted: 1,
  });
  await expectNothingLost(installation);
});
