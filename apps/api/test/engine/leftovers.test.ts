import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FIRST_WAITING, listEndedWithChunks } from "../../src/modules/deliveries/upkeep/sweep.repository.ts";
import {
  givenSchool,
  type Installation,
  messageTo,
  newPhone,
  type School,
  startInstallation,
  until,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
});
afterAll(() => installation?.stop());

const LATER = { schedule: { at: new Date(Date.now() + 3_600_000).toISOString(), timeZone: "Asia/Shanghai" } };
/** More than one round looks at. */
const WAITING = 10_001;

/** A message that has not begun, and waiting chunks of it, which are due never. */
async function givenWaiting(priority: number, count: number): Promise<string> {
  const to = { kind: "addresses", addresses: [{ address: newPhone() }] };
  const messageId = await school.send(messageTo(to, ["sms"], LATER));
  await installation.books.transaction(
    ({ sql }) => sql`
      insert into chunks (tenant_id, message_id, channel_id, step, priority, first_id, last_id, delivery_count, due_at)
      select ${toUuid("tenant", school.tenantId)}, ${toUuid("message", messageId)},
        ${toUuid("channel", school.channels.sms.id)}, 0, ${priority}, n, n, 0, 'infinity'
      from generate_series(1, ${count}::int) n`,
  );
  return messageId;
}

const look = (after = FIRST_WAITING) =>
  installation.books.transaction((tx) => listEndedWithChunks(tx, after));

it("ends what an ended message has left waiting, however much of others waits before it", async () => {
  await givenWaiting(0, WAITING);
  const messageId = await givenWaiting(3, 2);
  await installation.books.transaction(
    ({ sql }) => sql`update messages set state = 'cancelled' where id = ${toUuid("message", messageId)}`,
  );

  const first = await look();
  expect(first).toMatchObject({ ended: [], goOnAfter: { priority: 0 } });
  expect(await look(first.goOnAfter)).toEqual({
    ended: [{ tenantId: school.tenantId, messageId }],
    goOnAfter: undefined,
  });

  await until(async () => (await look((await look()).goOnAfter)).ended.length === 0);
});
